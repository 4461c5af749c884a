//! Sharing: out of the matter to counsel and to another firm, back as receipts, refused where it must be.

use std::fs;
use std::path::Path;

use privity::sharing::age::{self, Password, Recipients};
use privity::sharing::{
    Accepted, Addressee, Card, CardDetails, Contact, Discard, Draft, Keys, Made, Party, Receipt,
    ReceiptAction, Refusal, Request, Terms, UnverifiedContact, VerifiedContact, accept, accept_folder,
    share_files,
};
use privity::store::Storage;
use privity::vault::{AccessReason, Matter, NewFirm, NewMatter, Options, Vault};
use privity::{Clock as _, DocumentId, SystemClock, Timestamp};

use crate::Story;
use crate::common::{Folder, code, guard, must, sha256};

/// Steps 27 to 36: the partner shares these documents, each with its content.
pub fn play(folder: &Folder, partner: &Vault, matter: &Matter, documents: &[(DocumentId, &[u8])]) -> Story {
    let counsel = Party::generate()?;
    fs::write(folder.path("counsel.bin"), counsel.protect(&*guard()?)?)?;
    let other = Other::create()?;

    // Cards, and words by voice.
    let unverified =
        UnverifiedContact::from_card(Card::from_text(&card(&counsel, "D. Counsel")?.to_text()?)?);
    let mut misheard = card(&counsel, "D. Counsel")?.fingerprint().words();
    let place = misheard.iter().position(|word| *word != misheard[0]).ok_or("twelve equal words")?;
    misheard.swap(0, place);
    let refused = code(unverified.confirm(&misheard));
    let known = confirmed(unverified)?;
    let theirs = confirmed(UnverifiedContact::from_card(other.vault.card(&details("E. Attorney")?)?))?;
    fs::write(folder.path("sender.card"), partner.card(&details("A. Partner")?)?.to_bytes())?;
    let sender = Card::parse(&fs::read(folder.path("sender.card"))?)?;
    let sender = Contact::Verified(confirmed(UnverifiedContact::from_card(sender))?);
    fs::write(folder.path("counsel-sender.bin"), counsel.keep(&sender)?)?;
    println!("27 cards exchanged: {refused}, {}", state(&counsel.recall(&counsel.keep(&sender)?)?));

    let ids: Vec<DocumentId> = documents.iter().map(|(id, _)| *id).collect();
    let share = folder.path("share.age");
    let to = vec![Addressee::from(&known), Addressee::from(&theirs)];
    let made = matter.share(&draft(to, "A. Partner", "Example LLP")?, &ids, &share, None)?;
    let manifest = &made.manifest;
    println!("28 shared: {} documents, {} recipients", manifest.documents.len(), manifest.recipients.len());

    let contacts = [sender];
    let request = Request { keys: Keys::Party(&counsel), contacts: &contacts, now: SystemClock.now() };
    let received = folder.path("received");
    let accepted = must_accept(accept_folder(&share, &request, &received, age::Options::default()))?;
    for (document, (_, content)) in accepted.manifest.documents.iter().zip(documents) {
        must(fs::read(received.join(&document.path))? == *content, &document.path)?;
    }
    must(
        accepted.shown.as_ref().map(|shown| shown.row().device) == Some(partner.device()),
        "another device",
    )?;
    println!("29 accepted: {} documents, all equal", accepted.manifest.documents.len());

    refusals(&counsel, &share, &made, &request)?;
    receipts(matter, &counsel, &accepted)?;

    let imported = match other.matter.accept(&share, &contacts, None) {
        Ok(imported) => imported,
        Err(refusal) => return Err(told(&refusal).into()),
    };
    for (info, (_, content)) in imported.documents.iter().zip(documents) {
        must(other.matter.open_bytes(info.id, AccessReason::none())? == *content, &info.name)?;
    }
    println!("33 imported: {} documents, all equal", imported.documents.len());

    with_password(folder, &counsel, &received.join(&accepted.manifest.documents[0].path), known)?;
    changed(&counsel)?;
    for_stock_tools(folder, matter, &counsel, ids[0])
}

/// Step 30.
fn refusals(counsel: &Party, share: &Path, made: &Made, request: &Request<'_>) -> Story {
    let share = fs::read(share)?;
    let check = |share: &[u8], request: &Request<'_>| {
        let checked = accept(share, request, &mut Discard, age::Options::default());
        checked.err().map_or_else(|| "fine".to_owned(), |refusal| told(&refusal))
    };
    let colleague = Party::generate()?;
    let [own, _] = counsel.identities();
    let to = Recipients::new(&[colleague.recipient().clone()])?;
    let forwarded = age::seal(&to, &age::open(&[own], &share)?)?;
    let forwarded = check(&forwarded, &Request { keys: Keys::Party(&colleague), ..*request });
    let expires = made.manifest.expires.ok_or("a share without an end")?;
    let expired = check(&share, &Request { now: expires, ..*request });
    let unknown = check(&share, &Request { contacts: &[], ..*request });
    println!("30 refused: {forwarded}, {expired}, {unknown}");
    Ok(())
}

/// Steps 31 and 32.
fn receipts(matter: &Matter, counsel: &Party, accepted: &Accepted) -> Story {
    let signed = Receipt::sign(counsel, accepted, ReceiptAction::Received, SystemClock.now())?;
    println!("31 receipt filed: {}", matter.file_receipt(&signed)?.action.name());
    println!("32 shares: {}", listed(matter)?);
    Ok(())
}

/// Step 34.
fn with_password(folder: &Folder, counsel: &Party, file: &Path, known: VerifiedContact) -> Story {
    let (draft, password) = Draft::with_password("D. Counsel", "", terms()?)?;
    let share = folder.path("password.age");
    let options = age::Options::default();
    share_files(counsel, &draft, &[file.to_owned()], &share, SystemClock.now(), options)?;
    let words = String::from_utf8_lossy(password.expose_secret()).split('-').count();
    let password = Password::new(password)?;
    let contacts = [Contact::Verified(known)];
    let request = Request { keys: Keys::Password(&password), contacts: &contacts, now: SystemClock.now() };
    let accepted = must_accept(accept(fs::File::open(&share)?, &request, &mut Discard, options))?;
    let forwardable = if accepted.manifest.forwardable() { "forwardable" } else { "not forwardable" };
    println!("34 password share: {words} words, {forwardable}");
    Ok(())
}

/// Step 35.
fn changed(counsel: &Party) -> Story {
    let first = card(counsel, "D. Counsel")?;
    let verified = confirmed(UnverifiedContact::from_card(first.clone()))?;
    let next = CardDetails { previous: Some(&first), ..details("D. Counsel")? };
    let next = counsel.with_new_keys()?.card(&next)?;
    let changed = verified.update(next.clone())?;
    let refused = code(changed.verified());
    let Contact::Changed(changed) = changed else { return Err("the contact is not changed".into()) };
    let again = Contact::Verified(changed.confirm(&next.fingerprint().words())?);
    println!("35 new keys: {refused}, {}", state(&again));
    Ok(())
}

/// Step 36. That stock age opens it, whoever runs the stories shows.
fn for_stock_tools(folder: &Folder, matter: &Matter, counsel: &Party, letter: DocumentId) -> Story {
    let recipient = fs::read_to_string(folder.path("stock-recipient.txt"))?;
    let recipients = [recipient.trim().parse::<age::Recipient>()?];
    let ssh_key = counsel.ssh_key();
    let contact = UnverifiedContact::from_keys("F. Stock", "", &ssh_key, &recipients)?;
    let contact = contact.confirm_keys(&ssh_key, &recipients)?;
    let draft = draft(vec![Addressee::from(&contact)], "A. Partner", "Example LLP")?.classic();
    let made = matter.share(&draft, &[letter], &folder.path("classic.age"), None)?;
    println!("36 for stock tools: {} document", made.manifest.documents.len());
    Ok(())
}

/// Steps 07 to 09 of reading.
pub fn read(folder: &Folder, matter: &Matter, partner: &Vault) -> Story {
    let counsel = Party::unlock(&fs::read(folder.path("counsel.bin"))?, &*guard()?)?;
    let sender = counsel.recall(&fs::read(folder.path("counsel-sender.bin"))?)?;
    let card = Card::parse(&fs::read(folder.path("sender.card"))?)?;
    must(card.fingerprint() == sender.fingerprint(), "the card is another firm's")?;
    println!("07 counsel knows: {}, {}", sender.name(), state(&sender));

    let contacts = [sender];
    let request = Request { keys: Keys::Party(&counsel), contacts: &contacts, now: SystemClock.now() };
    let into = folder.path("read-again");
    let share = folder.path("share.age");
    let accepted = must_accept(accept_folder(&share, &request, &into, age::Options::default()))?;
    let known = fs::read_to_string(folder.path("documents.txt"))?;
    for document in &accepted.manifest.documents {
        let id = document.version.ok_or("a document of no vault")?.document;
        let line = format!("{id} {} ", sha256(&fs::read(into.join(&document.path))?));
        must(known.lines().any(|known| known.starts_with(&line)), &document.name)?;
    }
    fs::remove_dir_all(&into)?;
    println!("08 accepted: {} documents, all equal", accepted.manifest.documents.len());

    let signed = Receipt::sign(&counsel, &accepted, ReceiptAction::Reviewed, SystemClock.now())?;
    partner.matter(matter.id())?.file_receipt(&signed)?;
    println!("09 receipt filed: {}", listed(matter)?);
    Ok(())
}

/// What is out: how many documents of the first share, and what each recipient says of it.
fn listed(matter: &Matter) -> Story<String> {
    let shares = matter.shares()?;
    let first = shares.first().ok_or("no share")?;
    let said = first.recipients.iter().map(|one| match one.acknowledged {
        Some((action, _)) => format!("{} {}", one.name, action.name()),
        None => format!("{} nothing", one.name),
    });
    Ok(format!("{} documents, {}", first.documents.len(), said.collect::<Vec<_>>().join(", ")))
}

/// The other firm, in memory.
struct Other {
    vault: Vault,
    matter: Matter,
}

impl Other {
    fn create() -> Story<Self> {
        let new = NewFirm::new("Other LLP", "E. Attorney");
        let (vault, _) = Vault::create(Storage::memory(), new, guard()?, guard()?, Options::default())?;
        let matter = vault.open_matter(NewMatter::new("Roe, defence"))?;
        Ok(Self { vault, matter })
    }
}

fn details(name: &str) -> Story<CardDetails<'_>> {
    let organisation = "";
    let (not_before, expires) = (time(NOT_BEFORE)?, time(EXPIRES)?);
    Ok(CardDetails { name, organisation, not_before, expires, with_classic: false, previous: None })
}

fn card(party: &Party, name: &str) -> Story<Card> {
    Ok(party.card(&details(name)?)?)
}

fn confirmed(contact: UnverifiedContact) -> Story<VerifiedContact> {
    let words = contact.fingerprint().words();
    Ok(contact.confirm(&words)?)
}

fn terms() -> Story<Terms> {
    Ok(Terms { expires: Some(time(EXPIRES - 1)?), ..Terms::new("Exhibits for the hearing") })
}

fn draft(to: Vec<Addressee>, name: &str, organisation: &str) -> Story<Draft> {
    Ok(Draft::new(to, name, organisation, terms()?))
}

fn state(contact: &Contact) -> &'static str {
    match contact {
        Contact::Unverified(_) => "unverified",
        Contact::Verified(_) => "verified",
        Contact::Changed(_) => "changed",
        Contact::Revoked(_) => "revoked",
    }
}

fn told(refusal: &Refusal) -> String {
    format!("{} at {}", refusal.error.code(), format!("{:?}", refusal.step).to_lowercase())
}

fn must_accept(accepted: Result<Accepted, Refusal>) -> Story<Accepted> {
    accepted.map_err(|refusal| told(&refusal).into())
}

fn time(micros: u64) -> Story<Timestamp> {
    Ok(Timestamp::from_micros(micros).ok_or("no time")?)
}

/// 1 January of 2020 and of 2100, in microseconds.
const NOT_BEFORE: u64 = 1_577_836_800_000_000;
const EXPIRES: u64 = 4_102_444_800_000_000;
