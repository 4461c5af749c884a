#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _verdict = privity_fuzz::accept::receipt(data);
});
