// as: src/codec/long.rs //~ length: 421 lines without tests, 420 at most
//@ repeat 418
fn last() {}

#[cfg(test)]
mod tests {
    //@ repeat 10
}
