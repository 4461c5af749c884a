//! Age files: what must hold for all of them, and what must be refused. Every refusal first shows
//! that the honest case is taken, and prints how many cases it ran.

#[path = "sharing_age/flips.rs"]
mod flips;
#[path = "sharing_age/hostile.rs"]
mod hostile;
#[path = "sharing_age/keys.rs"]
mod keys;
#[path = "sharing_age/properties.rs"]
mod properties;
#[path = "sharing_age/ranges.rs"]
mod ranges;

use std::collections::BTreeMap;
use std::io::Read;

use privity::Result;
use privity::sharing::age::{self, Identity, Opener, Opens, Options, Recipients, StreamOpener, Threads};
use privity::testing;

/// Codes of refusals and how often each came.
type Tally = BTreeMap<&'static str, usize>;

fn x25519(seed: u8) -> Identity {
    testing::age::x25519_identity([seed; 32]).unwrap()
}

fn to(identity: &Identity) -> Recipients {
    Recipients::new(&[identity.recipient().clone()]).unwrap()
}

fn options(threads: usize) -> Options<'static> {
    Options { threads: Threads::new(threads).unwrap(), watcher: None }
}

/// Opens in every way there is: all give the same content, or each refuses. The code is the one of
/// the forward reader.
fn open(keys: &[&dyn Opens], file: &[u8]) -> Result<Vec<u8>> {
    let mut forward = Vec::new();
    let opener = StreamOpener::new(keys, file);
    let result = opener.and_then(|mut opener| Ok(opener.read_to_end(&mut forward).map(drop)?));
    let whole = age::open(keys, file);
    assert_eq!(whole.as_ref().ok(), result.as_ref().ok().map(|()| &forward));
    if file.starts_with(b"age") {
        let mut anywhere = Vec::new();
        let copied = Opener::new(keys, file).and_then(|opener| opener.copy_to(&mut anywhere, options(2)));
        assert_eq!(copied.is_ok(), result.is_ok());
        assert!(result.is_err() || anywhere == forward);
    }
    result.map(|()| forward)
}

/// The code with which a file is refused.
fn refused(keys: &[&dyn Opens], file: &[u8]) -> &'static str {
    match open(keys, file) {
        Ok(content) => panic!("opened: {} bytes", content.len()),
        Err(error) => error.code(),
    }
}
