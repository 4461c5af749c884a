//! The C2SP tlog-proof: a leaf's path under a checkpoint, and in `extra` a matter's record's path
//! to the heads root of an anchor that is that leaf.

use super::{MAX_PATH, read_hashes, verify_signed, write_hashes};
use crate::audit::anchor::{AnchorBody, ChainHead};
use crate::audit::body::Body;
use crate::audit::checkpoint::{Log, Verified};
use crate::audit::kind::{ChainType, Kind};
use crate::audit::tree::{inclusion_root, leaf_hash, verify_inclusion};
use crate::codec::base64;
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{ChainId, Hash, Id};
use crate::wire::lines::{Lines, decimal, push_hashes};
use crate::wire::note::MAX_NOTE;

/// A parsed proof; its checkpoint is unverified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof<'t> {
    /// What the application adds; not authenticated by the proof.
    pub extra: Option<Vec<u8>>,
    /// The index of the leaf.
    pub index: u64,
    /// Its path, from its sibling up.
    pub hashes: Vec<Hash>,
    /// The checkpoint, verbatim.
    pub checkpoint: &'t str,
}

/// The `extra` of a matter's record: where it is in its chain and where the chain's head is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadPath {
    /// The chain.
    pub chain: ChainId,
    /// The record's index in it.
    pub index: u64,
    /// The chain's size.
    pub size: u64,
    /// The record's path in it.
    pub hashes: Vec<Hash>,
    /// The chain's index among the heads.
    pub heads_index: u64,
    /// How many heads there are.
    pub heads_count: u64,
    /// The head's path among them.
    pub heads_hashes: Vec<Hash>,
}

/// A verified anchor: a record of the ledger, and the body that its signed bytes hold. That it is a
/// leaf of the ledger, the proofs given with it show.
#[derive(Clone, Debug)]
pub struct AnchorLeaf<'b> {
    bytes: &'b [u8],
    ledger: ChainId,
    body: AnchorBody,
}

/// What a matter's record's proof shows.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The checkpoint of the ledger.
    pub checkpoint: Verified,
    /// The anchor's index in the ledger.
    pub anchor_index: u64,
    /// The record's index in its chain.
    pub index: u64,
    /// The chain's head, the newest under that checkpoint.
    pub head: ChainHead,
}

impl<'t> TlogProof<'t> {
    /// Parses; sizes first.
    ///
    /// # Errors
    /// `too-large` above the size of the largest proof there is or 8,192 bytes of `extra`,
    /// `proof-text` otherwise.
    pub fn parse(bytes: &'t [u8]) -> Result<Self> {
        if bytes.len() > MAX_PROOF {
            return Err(Code::TooLarge.into());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Code::ProofText)?;
        let mut lines = Lines::new(text);
        if lines.line() != Some(FIRST_LINE) {
            return Err(Code::ProofText.into());
        }
        let extra = lines.field("extra").map(decode_extra).transpose()?;
        let index = lines.field("index").and_then(decimal).ok_or(Code::ProofText)?;
        let hashes = lines.hashes(MAX_PATH).ok_or(Code::ProofText)?;
        Ok(Self { extra, index, hashes, checkpoint: lines.rest() })
    }

    /// Its text.
    ///
    /// # Errors
    /// As [`TlogProof::parse`]: what cannot be read is not written.
    pub fn to_text(&self) -> Result<String> {
        let mut text = format!("{FIRST_LINE}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", base64::encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        push_hashes(&mut text, &self.hashes);
        text.push('\n');
        text.push_str(self.checkpoint);
        TlogProof::parse(text.as_bytes())?;
        Ok(text)
    }

    /// Verifies that these bytes are the leaf: a record of a ledger, of a standalone chain, or
    /// whatever a stranger's log holds.
    ///
    /// # Errors
    /// Those of [`Log::verify`]; `proof` if the path does not lead to the checkpoint's root,
    /// `proof-extra` if a proof of ours carries `extra`.
    pub fn verify(&self, log: &Log, leaf: &[u8]) -> Result<Verified> {
        if log.is_ours() && self.extra.is_some() {
            return Err(Code::ProofExtra.into());
        }
        self.verify_path(log, leaf)
    }

    /// Verifies that these bytes are a leaf of this chain, and that the chain's head is its newest
    /// under the checkpoint: the anchor is the last leaf. What the leaf says and who signed it is
    /// not looked at.
    ///
    /// # Errors
    /// `proof-extra` without `extra`; those of [`HeadPath::parse`] and [`Log::verify`];
    /// `chain-mismatch`; `not-newest`; `proof` if the anchor is not the leaf; `head-mismatch` if the
    /// record does not lead to the anchor's heads root.
    pub fn verify_record(
        &self,
        log: &Log,
        chain: ChainId,
        record: &[u8],
        anchor: &AnchorLeaf<'_>,
    ) -> Result<Recorded> {
        let path = HeadPath::parse(self.extra.as_deref().ok_or(Code::ProofExtra)?)?;
        if path.chain != chain {
            return Err(Code::ChainMismatch.into());
        }
        let checkpoint = self.verify_path(log, anchor.bytes())?;
        if self.index.checked_add(1) != Some(checkpoint.head().size) {
            return Err(Code::NotNewest.into());
        }
        let head = path.verify(anchor.body(), record)?;
        Ok(Recorded { checkpoint, anchor_index: self.index, index: path.index, head })
    }

    fn verify_path(&self, log: &Log, leaf: &[u8]) -> Result<Verified> {
        let checkpoint = log.verify(self.checkpoint.as_bytes())?;
        let head = checkpoint.head();
        verify_inclusion(self.index, head.size, &leaf_hash(leaf), &self.hashes, &head.root)?;
        Ok(checkpoint)
    }
}

impl<'b> AnchorLeaf<'b> {
    /// Verifies the complete bytes of an anchor of this ledger, signed by that of `keys` which it
    /// names, and reads its body from them.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`; `chain-mismatch` if it is of another chain or no anchor;
    /// `key-unknown`, `signature-refused`.
    pub fn verify(bytes: &'b [u8], ledger: ChainId, keys: &[VerifyingKey]) -> Result<Self> {
        let record = verify_signed(bytes, ledger, ChainType::Ledger, keys)?;
        if record.payload().kind != Kind::ANCHOR {
            return Err(Code::ChainMismatch.into());
        }
        match record.body()? {
            Body::Anchor(body) => Ok(Self { bytes, ledger, body }),
            _ => Err(Code::ChainMismatch.into()),
        }
    }

    /// The record's complete bytes: the leaf.
    #[must_use]
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// The ledger it is of.
    #[must_use]
    pub fn ledger(&self) -> ChainId {
        self.ledger
    }

    /// What it says.
    #[must_use]
    pub fn body(&self) -> &AnchorBody {
        &self.body
    }
}

impl HeadPath {
    /// Parses.
    ///
    /// # Errors
    /// `too-large` above 8,192 bytes, `cbor`, `field`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_EXTRA)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let chain = ChainId::of(reader.fixed()?);
        reader.field(&mut fields, 2)?;
        let index = reader.unsigned()?;
        reader.field(&mut fields, 3)?;
        let size = reader.unsigned()?;
        reader.field(&mut fields, 4)?;
        let hashes = read_hashes(&mut reader)?;
        reader.field(&mut fields, 5)?;
        let heads_index = reader.unsigned()?;
        reader.field(&mut fields, 6)?;
        let heads_count = reader.unsigned()?;
        reader.field(&mut fields, 7)?;
        let heads_hashes = read_hashes(&mut reader)?;
        reader.end(fields)?;
        Ok(Self { chain, index, size, hashes, heads_index, heads_count, heads_hashes })
    }

    /// Its one encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(7).unsigned(1).bytes(self.chain.as_bytes());
        writer.unsigned(2).unsigned(self.index).unsigned(3).unsigned(self.size).unsigned(4);
        write_hashes(&mut writer, &self.hashes);
        writer.unsigned(5).unsigned(self.heads_index).unsigned(6).unsigned(self.heads_count).unsigned(7);
        write_hashes(&mut writer, &self.heads_hashes);
        writer.finish()
    }

    /// The chain's head, if record, head and heads root of the anchor belong together.
    fn verify(&self, anchor: &AnchorBody, record: &[u8]) -> Result<ChainHead> {
        let root = inclusion_root(self.index, self.size, &leaf_hash(record), &self.hashes);
        let head =
            ChainHead { chain: self.chain, size: self.size, root: root.map_err(|_| Code::HeadMismatch)? };
        if self.heads_count != anchor.heads().count {
            return Err(Code::HeadMismatch.into());
        }
        verify_head(&head, self.heads_index, &self.heads_hashes, anchor)?;
        Ok(head)
    }
}

/// Verifies that the anchor holds this head: under its heads root, and in its list if it is there.
pub(crate) fn verify_head(head: &ChainHead, index: u64, hashes: &[Hash], anchor: &AnchorBody) -> Result<()> {
    let heads = anchor.heads();
    let proved = verify_inclusion(index, heads.count, &head.leaf(), hashes, &heads.root).is_ok();
    let listed = anchor.grew(head.chain).is_none_or(|grown| grown == head);
    if proved && listed { Ok(()) } else { Err(Code::HeadMismatch.into()) }
}

fn decode_extra(text: &str) -> Result<Vec<u8>> {
    if text.len() > MAX_EXTRA.div_ceil(3) * 4 {
        return Err(Code::TooLarge.into());
    }
    let extra = base64::decode(text).ok_or(Code::ProofText)?;
    match extra.len() {
        // The line is left out where there is nothing to say.
        0 => Err(Code::ProofText.into()),
        length if length > MAX_EXTRA => Err(Code::TooLarge.into()),
        _ => Ok(extra),
    }
}

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The largest `extra` in bytes.
pub const MAX_EXTRA: usize = 8_192;

/// The largest proof in bytes: first line, `extra`, index, path, empty line, note.
pub const MAX_PROOF: usize = 23 + (7 + MAX_EXTRA.div_ceil(3) * 4) + 27 + MAX_PATH * 45 + 1 + MAX_NOTE;
