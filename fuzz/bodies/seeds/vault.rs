//! The corpus of the targets of rows and the vault. A flip is `0, place, place, place, 0, 0, bits`.

use super::super::bodies::row;
use super::super::bodies::vault::enrolment;

/// Target, name of the file, bytes.
pub fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = Vec::new();
    rows(&mut |name, bytes| all.push(("envelope_row", name.to_owned(), bytes)));
    states(&mut |name, bytes| all.push(("state_load", name.to_owned(), bytes)));
    enrolments(&mut |name, bytes| all.push(("vault_enrolment", name.to_owned(), bytes)));
    exports(&mut |name, bytes| all.push(("vault_export", name.to_owned(), bytes)));
    all
}

fn rows(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let honest = row::honest();
    let with = |row: privity::envelope::KeyRow| [&[0], row.encode().as_slice()].concat();
    put("accept-row", with(honest.clone()));
    put("accept-row-undamaged", vec![1]);
    put("accept-row-other-document", vec![1, 0, 0, 0, 4, 0, 0, 1]);
    put("accept-metadata", [&[2], row::sealed().as_slice()].concat());
    put("accept-metadata-undamaged", vec![3]);
    put("refuse-row-designation", with(privity::envelope::KeyRow { designation: 5, ..honest.clone() }));
    put("refuse-row-wrap", with(privity::envelope::KeyRow { wrap: vec![7; 103], ..honest.clone() }));
    put("refuse-row-large", with(privity::envelope::KeyRow { meta: vec![8; 32_768], ..honest }));
    put("refuse-row-cut", vec![1, 1, 0, 0, 80, 0, 0, 0]);
    put("refuse-row-trailing", vec![1, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-row-empty", vec![0]);
    put("refuse-metadata-empty", vec![2]);
    put("refuse-metadata-flip", vec![3, 0, 0, 0, 60, 0, 0, 1]);
    put("refuse-metadata-cut", vec![3, 1, 0, 0, 90, 0, 0, 0]);
}

fn states(put: &mut dyn FnMut(&str, Vec<u8>)) {
    put("accept-undamaged", vec![1]);
    put("refuse-fields", vec![1, 0, 0, 0, 0, 0, 0, 1]);
    put("refuse-version", vec![1, 0, 0, 0, 1, 0, 0, 3]);
    put("refuse-other-firm", vec![1, 0, 0, 0, 5, 0, 0, 1]);
    put("refuse-other-genesis", vec![1, 0, 0, 0, 30, 0, 0, 1]);
    put("refuse-root", vec![1, 0, 0, 0, 70, 0, 0, 1]);
    put("refuse-cut", vec![1, 1, 0, 1, 0, 0, 0, 0]);
    put("refuse-trailing", vec![1, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-depth-bomb", [&[0], [0x81; 4000].as_slice()].concat());
    put("refuse-empty", vec![0]);
}

fn enrolments(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let (request, approval) = (enrolment::request(), enrolment::approval());
    put("accept-request", [&[0], request.as_slice()].concat());
    put("accept-approval", [&[1], approval.as_slice()].concat());
    put("accept-request-undamaged", vec![2]);
    put("accept-approval-undamaged", vec![3]);
    put("accept-request-other-name", vec![2, 0, 0, 0, 12, 0, 0, 1]);
    put("accept-approval-other-genesis", vec![3, 0, 0, 0, 40, 0, 0, 1]);
    put("refuse-request-as-approval", [&[1], request.as_slice()].concat());
    put("refuse-approval-as-request", [&[0], approval.as_slice()].concat());
    put("refuse-request-cut", vec![2, 1, 0, 0, 99, 0, 0, 0]);
    put("refuse-request-trailing", vec![2, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-request-text", vec![2, 0, 0, 0, 12, 0, 0, 0xFF]);
    put("refuse-approval-cut", vec![3, 1, 0, 0, 50, 0, 0, 0]);
    put("refuse-approval-trailing", vec![3, 2, 0, 0, 0, 0, 0, 1, 0]);
    let place = request.len() - 32;
    let low_order = [&[0], &request[..place], &[0; 32]].concat();
    put("refuse-request-low-order", low_order);
    let size = approval.len() - 35;
    let empty = [&[1], &approval[..size], &[0], &approval[size + 1..]].concat();
    put("refuse-approval-size-0", empty);
    put("refuse-empty", Vec::new());
}

fn exports(put: &mut dyn FnMut(&str, Vec<u8>)) {
    for (kind, name) in [(1, "firm"), (2, "matter")] {
        put(&format!("accept-{name}-undamaged"), vec![kind]);
        put(&format!("refuse-{name}-magic"), vec![kind, 0, 0, 0, 7, 0, 0, 3]);
        put(&format!("refuse-{name}-genesis"), vec![kind, 0, 0, 0, 200, 0, 0, 1]);
        put(&format!("refuse-{name}-record"), vec![kind, 0, 0, 4, 0, 0, 0, 1]);
        put(&format!("refuse-{name}-later-record"), vec![kind, 0, 0, 9, 0, 0, 0, 1]);
        put(&format!("refuse-{name}-cut"), vec![kind, 1, 0, 4, 0, 0, 0, 0]);
        put(&format!("refuse-{name}-trailing"), vec![kind, 2, 0, 0, 0, 0, 0, 1, 0]);
    }
    put("refuse-depth-bomb", [b"\0PRVYEXP1".as_slice(), &[0x81; 4000]].concat());
    put("refuse-nothing-in-it", b"\0PRVYEXP1\xa4\x02\x80\x03\x80\x04\x80\x05\x80".to_vec());
    put("refuse-empty", Vec::new());
}
