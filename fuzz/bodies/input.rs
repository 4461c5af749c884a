//! Reads the parts of a fuzz input; past the end everything is zero.

pub struct Input<'b>(pub &'b [u8]);

impl<'b> Input<'b> {
    pub fn take(&mut self, count: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// Three bytes: enough for every place in the documents made here.
    pub fn number(&mut self) -> usize {
        self.take(3).iter().fold(0, |value, &byte| (value << 8) | usize::from(byte))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Damages bytes as the input says, at most eight times: flips, cuts, appends, swaps, removes,
/// repeats.
pub fn damage(bytes: &mut Vec<u8>, input: &mut Input<'_>) {
    for _ in 0..8 {
        if input.is_empty() {
            return;
        }
        let (kind, place, size) = (input.byte() % 6, input.number(), input.number());
        let from = place.min(bytes.len());
        let to = from.saturating_add(size).min(bytes.len());
        match kind {
            0 => {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= u8::try_from(size & 0xFF).unwrap_or(0);
                }
            }
            1 => bytes.truncate(place),
            2 => bytes.extend_from_slice(input.take(size.min(64))),
            3 => {
                let part = bytes.drain(from..to).collect::<Vec<_>>();
                let at = input.number().min(bytes.len());
                bytes.splice(at..at, part);
            }
            4 => drop(bytes.drain(from..to)),
            _ => {
                let part = bytes.get(from..to).unwrap_or_default().to_vec();
                bytes.splice(from..from, part);
            }
        }
    }
}
