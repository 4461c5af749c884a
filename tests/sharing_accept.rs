//! Shares that somebody forged, forwarded, altered or sent at the wrong time: each is refused at its step, under its
//! code, and leaves nothing. Every case first shows that the honest share is accepted; it prints how many it ran.

#[path = "common/alone.rs"]
mod alone;
#[path = "sharing_framings/archive.rs"]
mod archive;
#[path = "sharing_framings/build.rs"]
mod build;
#[path = "sharing_framings/cases.rs"]
mod cases;
#[path = "sharing_accept/contents.rs"]
mod contents;
#[path = "sharing_accept/firm.rs"]
mod firm;
#[path = "sharing_accept/flips.rs"]
mod flips;
#[path = "sharing_accept/forge.rs"]
mod forge;
#[path = "sharing_accept/large.rs"]
mod large;
#[path = "sharing_accept/layout.rs"]
mod layout;
#[path = "sharing_accept/manifest.rs"]
mod manifest;
#[path = "vault/people.rs"]
mod people;
#[path = "sharing_accept/recipients.rs"]
mod recipients;
#[path = "sharing_accept/sender.rs"]
mod sender;
#[path = "sharing_accept/signed.rs"]
mod signed;
#[path = "sharing_accept/stopped.rs"]
mod stopped;

use forge::{Parts, Verdict, World, judge, refused};

/// What is wrong, where it is refused, and how it is made from an honest share.
type Case = (&'static str, Verdict, fn(&mut Parts));

/// Runs cases, each on an honest share of its own.
#[track_caller]
fn run(cases: &[Case]) {
    let world = World::new();
    let accepted = judge(&world.share().seal(), &world.request()).expect("the honest share");
    assert_eq!(accepted.manifest.documents.len(), forge::DOCUMENTS.len());
    for (what, verdict, change) in cases {
        let mut parts = world.share();
        let honest = parts.archive();
        change(&mut parts);
        assert_ne!(parts.archive(), honest, "{what} changes nothing");
        refused(what, &parts.seal(), &world.request(), *verdict);
    }
    println!("{} shares refused", cases.len());
}
