// as: src/envelope/header.rs
/// In prose `privity/1/kdf/` is free.
const PREFIX: &[u8] = b"privity/1/seal/"; //~ label: a label stands in src/crypto/label.rs alone

#[cfg(test)]
mod tests {
    const EXPECTED: &str = "privity/1/seal/document"; //~ label: a label stands in src/crypto/label.rs alone
}
