//! Step 6 for a firm's sender: what shows that the device that signed was active.

use privity::sharing::age::Opens;
use privity::sharing::{
    Addressee, CardDetails, Contact, Draft, Keys, Party, Receipt, ReceiptAction, Request, Step, Terms,
    UnverifiedContact, VerifiedContact,
};
use privity::testing::device_seeds;
use privity::testing::json::Value;
use privity::vault::Vault;
use privity::{Clock as _, SystemClock, Timestamp};

use super::forge::{CHAIN, DAY, Members, Parts, Verdict, inner, judge, party, refused, text, verified};
use super::people::Firm;

const STANDING: Verdict = (Step::Sender, "standing");
const REFUSED: Verdict = (Step::Sender, "standing-refused");
const INACTIVE: Verdict = (Step::Sender, "device-not-active");
const KEY: Verdict = (Step::Sender, "sender-key");
const UNKNOWN: Verdict = (Step::Sender, "sender-unknown");

fn now() -> Timestamp {
    SystemClock.now()
}

fn contact(vault: &Vault, name: &str) -> UnverifiedContact {
    let micros = now().micros();
    let at = |micros| Timestamp::from_micros(micros).unwrap();
    let details = CardDetails {
        name,
        organisation: "Example LLP",
        not_before: at(micros - DAY),
        expires: at(micros + DAY),
        with_classic: true,
        previous: None,
    };
    UnverifiedContact::from_card(vault.card(&details).unwrap())
}

fn confirmed(vault: &Vault, name: &str) -> VerifiedContact {
    let contact = contact(vault, name);
    let words = contact.fingerprint().words();
    contact.confirm(&words).unwrap()
}

fn ssh_seed(vault: &Vault) -> [u8; 32] {
    device_seeds(vault).unwrap()[64..96].try_into().unwrap()
}

fn share(vault: &Vault, expert: &Party) -> Parts {
    let to = Addressee::from(&verified(expert, "E. Expert"));
    let draft = Draft::new(vec![to], "A. Partner", "Example LLP", Terms::new("Expert report")).classic();
    let keys = vec![expert.classic_recipient().clone()];
    let opens = expert.identities().map(|one| one as &dyn Opens);
    Parts::of_at(&vault.party().unwrap(), &draft, keys, &opens, ssh_seed(vault), now())
}

fn ledger(members: &mut Members) -> &mut Members {
    inner(members, "ledger")
}

fn sender(members: &mut Members) -> &mut Members {
    inner(members, "sender")
}

fn hex(bytes: &[u8]) -> Value {
    Value::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[test]
fn a_firms_share_shows_that_its_device_was_active() {
    let firm = Firm::in_memory();
    let associate = firm.join("B. Associate", 1);
    let other = Firm::in_memory();
    let expert = party(2);
    let contacts = [Contact::Verified(confirmed(&firm.partner, "A. Partner"))];
    let request = Request { keys: Keys::Party(&expert), contacts: &contacts, now: now() };
    let honest = share(&firm.partner, &expert);
    let accepted = judge(&honest.seal(), &request).unwrap();
    let shown = accepted.shown.expect("a standing");
    assert_eq!((shown.row().device, shown.firm()), (firm.partner.device(), firm.partner.firm()));
    // Whoever verified a firm knows its people by it.
    let by_associate = share(&associate, &expert);
    assert_eq!(
        judge(&by_associate.seal(), &request).unwrap().shown.unwrap().row().device,
        associate.device()
    );

    let (associates, others) = (associate.party().unwrap(), other.partner.party().unwrap());
    let standing_of = |party: &Party| party.standing().unwrap().to_vec();
    let (device, second) = (associate.device(), ssh_seed(&associate));
    type Change<'c> = &'c dyn Fn(&mut Parts);
    let cases: [(&str, Verdict, Change<'_>); 17] = [
        ("no standing", STANDING, &|it| {
            let at = it.at(CHAIN);
            it.files.remove(at);
            it.sign();
        }),
        ("an empty standing", STANDING, &|it| standing(it, |bytes| bytes.clear())),
        ("a standing cut", STANDING, &|it| standing(it, |bytes| bytes.truncate(bytes.len() - 1))),
        ("bytes behind a standing", STANDING, &|it| standing(it, |bytes| bytes.push(0))),
        ("another firm's standing", REFUSED, &|it| standing(it, |bytes| *bytes = standing_of(&others))),
        ("another device's standing", KEY, &|it| standing(it, |bytes| *bytes = standing_of(&associates))),
        ("a path that does not lead to the device", INACTIVE, &|it| {
            standing(it, |bytes| *bytes.last_mut().unwrap() ^= 1);
        }),
        ("the first record altered", REFUSED, &|it| standing(it, |bytes| bytes[60] ^= 1)),
        ("a manifest that names another device", KEY, &|it| {
            it.manifest(|members| drop(sender(members).insert("device".into(), hex(device.as_bytes()))));
        }),
        ("a manifest that names another firm", KEY, &|it| {
            it.manifest(|members| {
                drop(sender(members).insert("party".into(), hex(other.partner.firm().as_bytes())))
            });
        }),
        ("a manifest that names another firm's beginning", UNKNOWN, &|it| {
            it.manifest(|members| drop(sender(members).insert("anchor".into(), hex(&others.anchor()))));
        }),
        ("a checkpoint of another size", KEY, &|it| {
            it.manifest(|members| drop(ledger(members).insert("size".into(), Value::Integer(1))));
        }),
        ("a checkpoint of another root", KEY, &|it| {
            it.manifest(|members| drop(ledger(members).insert("root".into(), hex(&[0; 32]))));
        }),
        ("a checkpoint of another ledger", KEY, &|it| {
            it.manifest(|members| drop(ledger(members).insert("origin".into(), text("example.org/log"))));
        }),
        ("a colleague's key under the device's standing", KEY, &|it| {
            it.key = second;
            it.sign_sums();
        }),
        ("a colleague's key that the manifest names too", KEY, &|it| {
            it.key = second;
            let key = Value::Text(associates.ssh_key());
            it.manifest(|members| drop(sender(members).insert("key".into(), key)));
        }),
        ("an outsider's key that the manifest names too", KEY, &|it| {
            it.key = super::forge::ssh_of(4);
            let key = Value::Text(party(4).ssh_key());
            it.manifest(|members| drop(sender(members).insert("key".into(), key)));
        }),
    ];
    for (what, verdict, change) in &cases {
        let mut parts = share(&firm.partner, &expert);
        change(&mut parts);
        refused(what, &parts.seal(), &request, *verdict);
    }
    println!("{} shares of a firm refused", cases.len());
}

fn standing(it: &mut Parts, change: impl FnOnce(&mut Vec<u8>)) {
    let before = it.content(CHAIN).clone();
    change(it.content(CHAIN));
    assert_ne!(*it.content(CHAIN), before);
    it.sign();
}

/// Whose contact is given up is not believed by way of a colleague's.
#[test]
fn the_state_of_the_very_device_decides_before_that_of_its_firm() {
    let firm = Firm::in_memory();
    let associate = firm.join("B. Associate", 1);
    let expert = party(2);
    let partners = || confirmed(&firm.partner, "A. Partner");
    let associates = || confirmed(&associate, "B. Associate");
    let by_associate = share(&associate, &expert).seal();
    let verdict = |contacts: &[Contact]| {
        judge(&by_associate, &Request { keys: Keys::Party(&expert), contacts, now: now() }).map(drop)
    };
    let refusal = |code| Err((Step::Sender, code));
    assert_eq!(verdict(&[Contact::Verified(partners())]), Ok(()));
    assert_eq!(verdict(&[Contact::Verified(partners()), Contact::Verified(associates())]), Ok(()));
    let revoked = || Contact::Revoked(associates().revoke());
    assert_eq!(verdict(&[Contact::Verified(partners()), revoked()]), refusal("contact-revoked"));
    assert_eq!(verdict(&[revoked(), Contact::Verified(partners())]), refusal("contact-revoked"));
    let unverified = || Contact::Unverified(contact(&associate, "B. Associate"));
    assert_eq!(verdict(&[unverified()]), refusal("contact-unverified"));
    // A colleague who was given up says nothing of who was not.
    let given_up = Contact::Revoked(partners().revoke());
    assert_eq!(verdict(&[given_up.clone(), Contact::Verified(associates())]), Ok(()));
    assert_eq!(verdict(&[given_up]), refusal("contact-revoked"));
    assert_eq!(verdict(&[]), refusal("sender-unknown"));
    let other = Firm::in_memory();
    assert_eq!(
        verdict(&[Contact::Verified(confirmed(&other.partner, "A. Partner"))]),
        refusal("sender-unknown")
    );
}

/// A firm's device receives, and acknowledges with its own key.
#[test]
fn a_firms_device_receives_a_share_and_acknowledges_it() {
    let firm = Firm::in_memory();
    let associate = firm.join("B. Associate", 1);
    let (counsel, device) = (party(1), associate.party().unwrap());
    let known = confirmed(&associate, "B. Associate");
    let draft = Draft::new(vec![Addressee::from(&known)], "C. Counsel", "", Terms::new("Instructions"));
    let mut parts = Parts::of_at(
        &counsel,
        &draft,
        vec![device.recipient().clone()],
        &device.identities().map(|one| one as &dyn Opens),
        super::forge::ssh_of(1),
        now(),
    );
    let contact = super::forge::verified_for_ever(&counsel, "C. Counsel");
    let contacts = [Contact::Verified(contact)];
    let request = Request { keys: Keys::Party(&device), contacts: &contacts, now: now() };
    let accepted = judge(&parts.seal(), &request).unwrap();
    let receipt = Receipt::sign(&device, &accepted, ReceiptAction::Reviewed, now()).unwrap();
    let read = Receipt::verify(&receipt, &accepted.manifest, &known).unwrap();
    assert_eq!((read.action, read.share), (ReceiptAction::Reviewed, accepted.manifest.share));
    // A colleague has the same fingerprint, which is the firm's, and another key.
    let partners = confirmed(&firm.partner, "A. Partner");
    assert_eq!(partners.fingerprint().words(), known.fingerprint().words());
    let refused = Receipt::verify(&receipt, &accepted.manifest, &partners).unwrap_err();
    assert_eq!(refused.code(), "receipt-refused");
    // Another device of the firm opens nothing.
    let colleague = firm.partner.party().unwrap();
    let request = Request { keys: Keys::Party(&colleague), ..request };
    super::refused("a colleague", &parts.seal(), &request, (Step::Decrypt, "age-no-match"));
    parts.to = vec![colleague.recipient().clone()];
    super::refused("forwarded", &parts.seal(), &request, (Step::Recipient, "not-a-recipient"));
}
