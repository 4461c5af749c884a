//! One ciphertext that opens under two keys ("invisible salamanders", Dodis et al. 2018): both AEADs
//! take it, so that two people would read two contents out of one file. The commitment refuses.

use std::io;
use std::sync::Mutex;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::BlockCipherEncrypt;
use chacha20poly1305::ChaCha20Poly1305;
use privity::envelope::{Expected, Header, Opener, Options, Padding, Profile, ReadAt};
use privity::testing::label::{C2SP_CHUNKED_ENCRYPTION, SealKind};
use privity::testing::{self, SealContext, kdf};
use privity::{DocumentId, FirmId, Result};

use super::galois::Block;
use super::prime::{Number, chacha_block_0};
use super::refused;

const KEYS: [[u8; 32]; 2] = [[0x11; 32], [0x22; 32]];
const SALT: [u8; 24] = [0x5A; 24];
/// Blocks of the ciphertext; the one at `FREE` is what the equation gives.
const BLOCKS: usize = 6;
const FREE: usize = 2;

#[test]
fn a_ciphertext_of_two_keys_is_refused_before_it_is_decrypted() {
    let header = Header::new(FirmId::from_bytes([0xF1; 16]), DocumentId::from_bytes([0xD0; 16]), 1).unwrap();
    for profile in Profile::ALL {
        let header = header.with_profile(profile).with_padding(Padding::None);
        let frame = testing::frame(&header);
        let seals = KEYS.map(|key| Schedule::new(&key, profile, &frame));
        let chunk = two_key_chunk(profile, &seals);

        // The AEAD alone takes it under both keys.
        let plaintexts = [0, 1].map(|i| bare_open(profile, &seals[i], &chunk).expect("the AEAD accepts"));
        assert_ne!(plaintexts[0], plaintexts[1]);
        let mut damaged = chunk.clone();
        damaged[0] ^= 1;
        assert!(seals.iter().all(|seal| bare_open(profile, seal, &damaged).is_none()));

        let document = |commitment: &[u8; 32]| [frame.as_slice(), &SALT, commitment, &chunk].concat();
        for (i, other) in [(0, 1), (1, 0)] {
            let bytes = document(&seals[i].commitment);
            // Under the key it commits to this is a good document.
            assert_eq!(open(&header, KEYS[i], &Watched::new(&bytes)).unwrap(), plaintexts[i]);
            let watched = Watched::new(&bytes);
            assert_eq!(refused(open(&header, KEYS[other], &watched), other), "content-refused");
            assert!(watched.furthest() <= frame.len() + 56, "the chunk was not even read");
        }
        let neither: Vec<u8> =
            seals[0].commitment.iter().zip(seals[1].commitment).map(|(a, b)| a ^ b).collect();
        for commitment in [neither.try_into().unwrap(), [0; 32]] {
            for key in KEYS {
                let bytes = document(&commitment);
                let watched = Watched::new(&bytes);
                assert_eq!(refused(open(&header, key, &watched), commitment), "content-refused");
                assert!(watched.furthest() <= frame.len() + 56, "the chunk was not even read");
            }
        }
        println!("{profile:?}: two contents in {} bytes; 6 openings refused, 2 taken", chunk.len());
    }
}

fn open(header: &Header, key: [u8; 32], source: &Watched<'_>) -> Result<Vec<u8>> {
    let opener = Opener::new(&testing::opening_key(key), &Expected::header(*header), source)?;
    let mut content = Vec::new();
    opener.copy_to(&mut content, Options::default())?;
    Ok(content)
}

/// Key, nonce and commitment of a seal, derived here by the words of the format.
struct Schedule {
    key: [u8; 32],
    nonce: [u8; 12],
    commitment: [u8; 32],
}

impl Schedule {
    fn new(key: &[u8; 32], profile: Profile, aad: &[u8]) -> Self {
        let context = SealContext::new(SealKind::Document, profile, aad);
        let name = profile.aead_name().as_bytes();
        let mut out = [0; 76];
        kdf::expand(key, &[C2SP_CHUNKED_ENCRYPTION, name, &[0], &SALT, &context.bytes], &mut out);
        let part = |from: usize, to: usize| out[from..to].to_vec();
        Self {
            key: part(0, 32).try_into().unwrap(),
            nonce: part(32, 44).try_into().unwrap(),
            commitment: part(44, 76).try_into().unwrap(),
        }
    }
}

fn bare_open(profile: Profile, seal: &Schedule, chunk: &[u8]) -> Option<Vec<u8>> {
    let (body, tag) = chunk.split_last_chunk::<16>().unwrap();
    let mut out = body.to_vec();
    let buffer = out.as_mut_slice().into();
    let (nonce, tag) = (seal.nonce.into(), (*tag).into());
    let opened = match profile {
        Profile::ChaCha => {
            ChaCha20Poly1305::new(&seal.key.into()).decrypt_inout_detached(&nonce, &[], buffer, &tag).is_ok()
        }
        Profile::Aes => {
            Aes256Gcm::new(&seal.key.into()).decrypt_inout_detached(&nonce, &[], buffer, &tag).is_ok()
        }
        _ => panic!("a profile without a bare AEAD here"),
    };
    opened.then_some(out)
}

fn two_key_chunk(profile: Profile, seals: &[Schedule; 2]) -> Vec<u8> {
    match profile {
        Profile::ChaCha => poly_collision(seals),
        Profile::Aes => ghash_collision(seals),
        _ => panic!("a profile without a collision here"),
    }
}

/// GHASH is linear in every block: tag 1 = tag 2 is one equation for the free one.
fn ghash_collision(seals: &[Schedule; 2]) -> Vec<u8> {
    let length = Block(BLOCKS as u128 * 128);
    let mut blocks: Vec<Block> = (0..BLOCKS).map(|i| Block::from_bytes([0x40 + i as u8; 16])).collect();
    blocks[FREE] = Block(0);
    let parts = seals.each_ref().map(|seal| {
        let aes = Aes256::new(&seal.key.into());
        let encrypt = |block: [u8; 16]| {
            let mut block = block.into();
            aes.encrypt_block(&mut block);
            Block::from_bytes(block.into())
        };
        let first = [seal.nonce.as_slice(), &[0, 0, 0, 1]].concat().try_into().unwrap();
        (encrypt([0; 16]), encrypt(first))
    });
    let tag = |(h, mask): (Block, Block), blocks: &[Block]| {
        let sum = blocks.iter().fold(Block(0), |sum, block| sum.add(*block).mul(h));
        sum.add(length).mul(h).add(mask)
    };
    let power = BLOCKS - FREE + 1;
    let slope = parts[0].0.power(power).add(parts[1].0.power(power));
    blocks[FREE] = tag(parts[0], &blocks).add(tag(parts[1], &blocks)).mul(slope.inverse());
    assert_eq!(tag(parts[0], &blocks), tag(parts[1], &blocks));
    let body = blocks.iter().flat_map(|block| block.to_bytes());
    body.chain(tag(parts[0], &blocks).to_bytes()).collect()
}

/// Poly1305 is linear modulo 2^130 − 5, its tag counts modulo 2^128, and the free block must have
/// its 129th bit set and nothing above: about one of four candidates fits.
fn poly_collision(seals: &[Schedule; 2]) -> Vec<u8> {
    let parts = seals.each_ref().map(|seal| {
        let block = chacha_block_0(&seal.key, &seal.nonce);
        let number = |from: usize| u128::from_le_bytes(block[from..from + 16].try_into().unwrap());
        (Number::new(0, number(0) & 0x0ffffffc_0ffffffc_0ffffffc_0fffffff), number(16))
    });
    let length = Number::new(1, ((BLOCKS * 16) as u128) << 64);
    let sum = |r: Number, blocks: &[Number]| {
        blocks.iter().chain([&length]).fold(Number::new(0, 0), |sum, block| sum.add(*block).mul(r))
    };
    let power = BLOCKS - FREE + 1;
    let slope = parts[0].0.power(power).add(parts[1].0.power(power).negative()).inverse();
    let (candidates, tops) = (0..64, 0..4);
    for (candidate, high) in candidates.flat_map(|c| tops.clone().map(move |high| (c, high))) {
        let mut blocks: Vec<Number> = (0..BLOCKS).map(|i| Number::new(1, i as u128 + candidate)).collect();
        blocks[FREE] = Number::new(0, 0);
        let wanted = parts[1].1.wrapping_sub(parts[0].1);
        if (high, wanted) >= (3, u128::MAX - 4) {
            continue;
        }
        let rest = sum(parts[1].0, &blocks).add(sum(parts[0].0, &blocks).negative());
        blocks[FREE] = Number::new(high, wanted).add(rest).mul(slope);
        let tags = parts.map(|(r, s)| sum(r, &blocks).low.wrapping_add(s));
        if blocks[FREE].high == 1 && tags[0] == tags[1] {
            let body = blocks.iter().flat_map(|block| block.low.to_le_bytes());
            return body.chain(tags[0].to_le_bytes()).collect();
        }
    }
    panic!("no candidate fits");
}

/// Bytes that know how far they were read.
struct Watched<'b> {
    bytes: &'b [u8],
    furthest: Mutex<usize>,
}

impl<'b> Watched<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, furthest: Mutex::new(0) }
    }

    fn furthest(&self) -> usize {
        *self.furthest.lock().unwrap()
    }
}

impl ReadAt for Watched<'_> {
    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut furthest = self.furthest.lock().unwrap();
        *furthest = (*furthest).max(at as usize + buf.len());
        self.bytes.read_exact_at(at, buf)
    }
}
