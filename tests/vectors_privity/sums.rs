//! `sums.json`: SHA256SUMS, written and compared with the files of an archive.

use privity::testing::sha256;
use privity::testing::sums::{self, SIGNATURE, SUMS, Sums};
use serde_json::Value;

use crate::case::{Case, Outcome, Refused, Vectors};
use crate::vectors::{self, unhex};

#[test]
fn every_case_of_sums_json() {
    let Some(vectors) = Vectors::read("sums.json") else { return };
    assert_eq!(vectors.cases.len(), 17, "cases were added or lost");
    vectors.run(
        |case| match case.op.as_str() {
            "sums.write" => write(case),
            "sums.verify" => verify(case),
            other => panic!("unknown operation {other}"),
        },
        |case, why| match (why, case.name.as_str()) {
            // The list is right; the file is not the one it names.
            ("SHA256SUMS", "altered") => "entry-altered",
            ("SHA256SUMS", _) => "sums",
            _ => panic!("{why}"),
        },
    );
}

fn write(case: &Case) -> Outcome {
    let files = files(case);
    let listed = files.iter().filter(|(name, _)| name != SUMS && name != SIGNATURE);
    Ok(sums::write(listed.map(|(name, content)| (name.as_str(), sha256(content))))?.into())
}

fn verify(case: &Case) -> Outcome {
    let files = files(case);
    let sums = Sums::parse(case.text("sums").as_bytes())?;
    sums.check_listing(files.iter().map(|(name, _)| name.as_str()))?;
    for (name, hash) in sums.entries() {
        let (_, content) = files.iter().find(|(file, _)| file == name).expect("the listing was compared");
        if sha256(content) != *hash {
            return Err(Refused("entry-altered"));
        }
    }
    Ok(Value::Null)
}

/// Names and contents, in archive order.
fn files(case: &Case) -> Vec<(String, Vec<u8>)> {
    let file = |file: &Value| {
        let text = |at: usize| file[at].as_str().expect("a text");
        (text(0).to_owned(), unhex(text(1)))
    };
    vectors::items(&case.input, "files").iter().map(file).collect()
}
