//! The command line, as people use it: two homes, files between them, every refusal with its exit code.

#[path = "cli/inspect.rs"]
mod inspect;
#[path = "cli/person.rs"]
mod person;
#[path = "cli/refusals.rs"]
mod refusals;

use std::fs;
use std::path::Path;

use person::{Person, acquainted, privity};

/// The commands of docs/cli.md, as they stand there.
#[test]
fn the_story_of_the_documentation() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = (Person::new(folder.path(), "counsel"), Person::new(folder.path(), "expert"));
    fs::write(folder.path().join("report.pdf"), b"%PDF-1.7 report").unwrap();
    fs::write(folder.path().join("annex.xlsx"), vec![7; 200_000]).unwrap();
    let story = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md")).unwrap();
    let commands: Vec<&str> = story.lines().filter(|line| line.contains("$ privity ")).collect();
    assert_eq!(commands.len(), 12);
    for line in commands {
        let (who, command) = line.split_once("$ privity ").unwrap();
        let (person, other) = match who {
            "counsel" => (&counsel, &expert),
            "expert" => (&expert, &counsel),
            _ => panic!("{line}"),
        };
        let arguments = split(command);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        // The telephone.
        let heard = if command.starts_with("card verify") { other.words() } else { String::new() };
        let ended = person.run_with(&arguments, &[], &heard);
        assert_eq!(ended.code, 0, "{line}\n{}", ended.err);
    }
    let documents = folder.path().join("exhibits/documents");
    assert_eq!(fs::read(documents.join("0001-report.pdf")).unwrap(), b"%PDF-1.7 report");
    assert_eq!(fs::read(documents.join("0002-annex.xlsx")).unwrap(), vec![7; 200_000]);
    let sent = counsel.json(&["sent"]);
    assert_eq!(sent["sent"][0]["to"][0], "Erin Expert (received)");
}

#[test]
fn opening_says_what_passed_who_sent_it_and_on_which_terms() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let share = ["share", "a.pdf", "--to", "Erin Expert", "--purpose", "Report", "-o", "s.age"];
    counsel.ok(&[&share[..], &["--basis", "Work product", "--designation", "attorneys-eyes-only"]].concat());

    let checked = expert.ok(&["open", "s.age", "--check"]);
    let steps: Vec<&str> = checked.err.lines().filter_map(|line| line.strip_prefix("passed: ")).collect();
    let all =
        ["decrypt", "layout", "sums", "signature", "manifest", "sender", "recipient", "terms", "contents"];
    assert_eq!(steps, all);
    assert!(!folder.path().join("s").exists(), "--check wrote something");

    let opened = expert.json(&["open", "s.age"]);
    for (fact, value) in [
        ("from", "Carl Counsel, Counsel & Co"),
        ("purpose", "Report"),
        ("basis", "Work product"),
        ("designation", "attorneys-eyes-only"),
        ("onward", "no"),
    ] {
        assert_eq!(opened[fact], value);
    }
    assert_eq!((&opened["forwardable"], &opened["documents"][0]["bytes"]), (&false.into(), &3.into()));
    assert_eq!(fs::read(folder.path().join("s/documents/0001-a.pdf")).unwrap(), b"one");
    // Nothing is replaced.
    assert_eq!(expert.run(&["open", "s.age"]).code, 2);
}

#[test]
fn a_password_share_is_opened_with_its_words_and_called_forwardable() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let made = counsel.ok(&[
        "share",
        "a.pdf",
        "--password",
        "--password-out",
        "words",
        "--purpose",
        "x",
        "-o",
        "s.age",
    ]);
    let words = fs::read_to_string(folder.path().join("words")).unwrap();
    assert_eq!(words.split('-').count(), 10);
    assert!(!made.out.contains(&words) && !made.err.contains(&words), "the password was printed");
    assert!(made.out.contains("forwardable"), "{}", made.out);
    fs::write(folder.path().join("wrong"), "ten-other-words").unwrap();
    let wrong = expert.run(&["open", "s.age", "--password-file", "wrong"]);
    assert_eq!((wrong.code, wrong.at()), (3, "refused at decrypt: age-no-match".into()));
    let opened = expert.json(&["open", "s.age", "--password-file", "words"]);
    assert_eq!(opened["forwardable"], true);
    assert_eq!(fs::read(folder.path().join("s/documents/0001-a.pdf")).unwrap(), b"one");
}

#[test]
fn a_person_with_stock_tools_is_a_contact_by_the_same_texts_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, _) = acquainted(folder.path());
    let olga = privity::sharing::Party::generate().unwrap();
    let (line, recipient) = (olga.ssh_key(), olga.classic_recipient().to_string());
    fs::write(folder.path().join("olga.pub"), format!("{line} olga@example\n")).unwrap();
    let keys = ["--ssh-key", "olga.pub", "--recipient", &recipient];
    counsel.ok(&[&["card", "add", "--name", "Olga Old"], &keys[..]].concat());
    assert_eq!(counsel.run(&["card", "verify", "Olga Old", "a", "b"]).code, 2);
    let other = privity::sharing::Party::generate().unwrap();
    let wrong = ["card", "verify", "Olga Old", "--ssh-key", &other.ssh_key(), "--recipient", &recipient];
    assert_eq!(counsel.run(&wrong).at(), "refused at verify: words");
    counsel.ok(&[&["card", "verify", "Olga Old"], &keys[..]].concat());
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let share = ["share", "a.pdf", "--to", "Olga Old", "--purpose", "x", "-o", "s.age"];
    // She has no hybrid key.
    assert_eq!(counsel.run(&share).at(), "refused at share: share-recipients");
    counsel.ok(&[&share[..], &["--classic"]].concat());
    let sealed = fs::read(folder.path().join("s.age")).unwrap();
    assert!(privity::sharing::age::open(&[olga.identities()[1]], &sealed).is_ok());
}

#[test]
fn the_home_folder_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    counsel.ok(&["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "s.age"]);
    expert.ok(&["open", "s.age"]);
    assert_eq!(counsel.run(&["keygen", "--name", "Again"]).code, 2, "keys were made twice");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let mut seen = 0;
        let mut folders = vec![counsel.home.clone()];
        while let Some(path) = folders.pop() {
            assert_eq!(mode(&path), 0o700, "{}", path.display());
            for entry in fs::read_dir(&path).unwrap() {
                let path = entry.unwrap().path();
                seen += 1;
                if path.is_dir() {
                    folders.push(path)
                } else {
                    assert_eq!(mode(&path), 0o600, "{}", path.display())
                }
            }
        }
        assert!(seen >= 6, "{seen}");
        assert_eq!(mode(&folder.path().join("s")), 0o700, "what was opened");
    }
}

#[test]
fn help_names_every_verb_and_exit_code_and_each_verb_has_an_example() {
    let help = privity(&["--help"]).out;
    for verb in ["keygen", "card", "share", "open", "receipt", "sent", "inspect"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{verb} "))), "{verb}");
        assert!(privity(&[verb, "--help"]).out.contains("Example"), "{verb}");
    }
    let cards = privity(&["card", "--help"]).out;
    for verb in ["show", "renew", "add", "verify", "list", "revoke"] {
        assert!(cards.lines().any(|line| line.trim_start().starts_with(&format!("{verb} "))), "{verb}");
        assert!(privity(&["card", verb, "--help"]).out.contains("Example"), "{verb}");
    }
    for code in 0..=4 {
        assert!(help.contains(&format!("\n  {code}  ")), "{code}");
    }
    assert_eq!(privity(&["unknown"]).code, 2);
}

/// A line of a shell with nothing but words and double quotes.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
