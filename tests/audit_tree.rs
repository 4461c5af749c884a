//! The tree: roots and proofs against the text of RFC 6962 and against another implementation, what
//! a proof must refuse, heads that change, and the layout in tiles.

use std::cell::Cell;
use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use privity::audit::heads::HeadsTree;
use privity::audit::tiles::{self, Row, Tile, TileNodes};
use privity::audit::tree::{
    Frontier, MemoryTree, Nodes, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of,
    verify_consistency, verify_inclusion,
};
use privity::{Hash, Result};
use proptest::prelude::*;
use sha2::Sha256;

/// Up to here everything is tried.
const SIZES: u64 = 70;

type Peer = MemoryBackedTree<Sha256, Vec<u8>>;

// The definitions of RFC 6962, section 2.1, word by word.

fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(k(leaves));
            node_hash(&mth(left), &mth(right))
        }
    }
}

fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(k(leaves));
    let (mut proof, other) =
        if m < left.len() { (path(m, left), right) } else { (path(m - left.len(), right), left) };
    proof.push(mth(other));
    proof
}

fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let (left, right) = leaves.split_at(k(leaves));
    let (mut proof, other) = if m <= left.len() {
        (subproof(m, left, whole), right)
    } else {
        (subproof(m - left.len(), right, false), left)
    };
    proof.push(mth(other));
    proof
}

fn k(leaves: &[Hash]) -> usize {
    leaves.len().next_power_of_two() / 2
}

fn data(index: u64) -> Vec<u8> {
    format!("record {index}").into_bytes()
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&data(index))
}

fn tree(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.extend((0..size).map(leaf));
    tree
}

fn code(result: Result<()>) -> &'static str {
    result.expect_err("accepted").code()
}

#[test]
fn every_small_tree_is_the_one_of_the_rfc() {
    let mut frontier = Frontier::new();
    let mut whole = MemoryTree::new();
    let mut heads = HeadsTree::new();
    let mut leaves = Vec::new();
    assert_eq!(
        (frontier.root(), whole.root(), heads.root(), root_of([].into_iter())),
        (None, None, None, None)
    );
    for size in 1..=SIZES {
        leaves.push(leaf(size - 1));
        frontier.push(leaf(size - 1));
        whole.push(leaf(size - 1));
        heads.push(leaf(size - 1));
        let root = Some(mth(&leaves));
        assert_eq!(frontier.root(), root);
        assert_eq!(whole.root(), root);
        assert_eq!(heads.root(), root);
        assert_eq!(root_of(leaves.iter().copied()), root);
        assert_eq!((frontier.size(), whole.size(), heads.size()), (size, size, size));
        assert_eq!(whole.frontier(), frontier);
        let (size, peaks) = frontier.parts();
        assert_eq!(Frontier::from_parts(size, peaks.to_vec()).unwrap(), frontier);
        assert_eq!(peaks.len(), size.count_ones() as usize);
    }
    for size in 1..=SIZES {
        assert_eq!(whole.root_at(size).unwrap(), mth(&leaves[..size as usize]));
    }
    for size in [0, SIZES + 1, u64::MAX] {
        assert_eq!(whole.root_at(size).unwrap_err().code(), "tree-range");
    }
}

#[test]
fn a_frontier_has_one_hash_for_every_bit_of_its_size() {
    for (size, hashes) in [(0, 1), (1, 0), (1, 2), (7, 2), (7, 4), (8, 2), (u64::MAX, 64), (1 << 63, 1)] {
        let error = Frontier::from_parts(size, vec![leaf(0); hashes]).unwrap_err();
        assert_eq!(error.code(), "field", "{size} {hashes}");
    }
}

#[test]
fn every_small_inclusion_is_proved_and_every_single_change_refused() {
    let whole = tree(SIZES);
    let (mut proofs, mut refusals) = (0, 0);
    for size in 1..=SIZES {
        let leaves: Vec<_> = (0..size).map(leaf).collect();
        let root = mth(&leaves);
        for index in 0..size {
            let proof = inclusion_proof(&whole, index, size).unwrap();
            assert_eq!(proof, path(index as usize, &leaves), "{index} of {size}");
            verify_inclusion(index, size, &leaf(index), &proof, &root).unwrap();
            proofs += 1;
            let mut refused = |index, size, leaf: &Hash, proof: &[Hash], root: &Hash| {
                assert_eq!(code(verify_inclusion(index, size, leaf, proof, root)), "proof");
                refusals += 1;
            };
            for other in (0..size + 3).filter(|&other| other != index) {
                refused(other, size, &leaf(index), &proof, &root);
            }
            for index in [size, u64::MAX] {
                refused(index, size, &leaf(index), &proof, &root);
            }
            refused(index, 0, &leaf(index), &proof, &root);
            refused(index, size, &leaf(SIZES), &proof, &root);
            refused(index, size, &flip(leaf(index)), &proof, &root);
            refused(index, size, &leaf(index), &proof, &flip(root));
            changes(&proof, |proof| refused(index, size, &leaf(index), proof, &root));
        }
        for index in [size, size + 1, u64::MAX] {
            assert_eq!(inclusion_proof(&whole, index, size).unwrap_err().code(), "tree-range");
        }
    }
    assert_eq!(inclusion_proof(&whole, 0, 0).unwrap_err().code(), "tree-range");
    assert_eq!(inclusion_proof(&whole, 0, SIZES + 1).unwrap_err().code(), "tree-incomplete");
    println!("{proofs} inclusion proofs, {refusals} changes refused");
}

#[test]
fn every_small_pair_is_consistent_and_every_single_change_refused() {
    let whole = tree(SIZES);
    let leaves: Vec<_> = (0..SIZES).map(leaf).collect();
    let (mut proofs, mut refusals) = (0, 0);
    for new in 1..=SIZES {
        for old in 1..=new {
            let (old_root, new_root) = (mth(&leaves[..old as usize]), mth(&leaves[..new as usize]));
            let proof = consistency_proof(&whole, old, new).unwrap();
            assert_eq!(proof, subproof(old as usize, &leaves[..new as usize], true), "{old} {new}");
            verify_consistency(old, &old_root, new, &new_root, &proof).unwrap();
            proofs += 1;
            let mut refused = |old, old_root: &Hash, new, new_root: &Hash, proof: &[Hash]| {
                assert_eq!(code(verify_consistency(old, old_root, new, new_root, proof)), "proof");
                refusals += 1;
            };
            refused(0, &old_root, new, &new_root, &proof);
            refused(0, &old_root, new, &new_root, &[]);
            refused(0, &old_root, 0, &old_root, &[]);
            refused(old, &flip(old_root), new, &new_root, &proof);
            refused(old, &old_root, new, &flip(new_root), &proof);
            if old != new {
                refused(new, &new_root, old, &old_root, &proof);
                refused(old, &new_root, new, &new_root, &proof);
                refused(old, &old_root, new, &old_root, &proof);
                refused(old, &old_root, new, &new_root, &[]);
            }
            for other in (1..=new).filter(|&other| other != old) {
                refused(other, &old_root, new, &new_root, &proof);
            }
            changes(&proof, |proof| refused(old, &old_root, new, &new_root, proof));
        }
    }
    for (old, new) in [(0, 0), (0, 7), (8, 7), (u64::MAX, 1)] {
        assert_eq!(consistency_proof(&whole, old, new).unwrap_err().code(), "tree-range");
    }
    println!("{proofs} consistency proofs, {refusals} changes refused");
}

/// Every proof that differs in one hash: altered, dropped, added, doubled, exchanged.
fn changes(proof: &[Hash], mut refused: impl FnMut(&[Hash])) {
    for at in 0..proof.len() {
        let mut altered = proof.to_vec();
        altered[at] = flip(altered[at]);
        refused(&altered);
        let mut dropped = proof.to_vec();
        dropped.remove(at);
        refused(&dropped);
        let mut doubled = proof.to_vec();
        doubled.insert(at, proof[at]);
        refused(&doubled);
        for other in 0..at {
            let mut exchanged = proof.to_vec();
            exchanged.swap(at, other);
            refused(&exchanged);
        }
    }
    for at in 0..=proof.len() {
        let mut added = proof.to_vec();
        added.insert(at, leaf(SIZES));
        refused(&added);
    }
}

fn flip(mut hash: Hash) -> Hash {
    hash.0[31] ^= 1;
    hash
}

fn peer_of(size: u64) -> Peer {
    let mut peer = Peer::new();
    (0..size).for_each(|index| peer.push(data(index)));
    peer
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_implementation_makes_the_same_trees_and_proofs(size in 1u64..3_000, seed in any::<u64>()) {
        let (ours, peer) = (tree(size), peer_of(size));
        let root = ours.root().unwrap();
        let peer_root = peer.root();
        prop_assert_eq!(&root.0[..], peer_root.as_bytes().as_slice());
        let index = seed % size;
        let proof = inclusion_proof(&ours, index, size).unwrap();
        let theirs = peer.prove_inclusion(index as usize);
        prop_assert_eq!(bytes(&proof), theirs.as_bytes());
        verify_inclusion(index, size, &leaf(index), &proof, &root).unwrap();
        let old = index + 1;
        let proof = consistency_proof(&ours, old, size).unwrap();
        let theirs = peer.prove_consistency((size - old) as usize);
        prop_assert_eq!(bytes(&proof), theirs.as_bytes());
        verify_consistency(old, &ours.root_at(old).unwrap(), size, &root, &proof).unwrap();
        // The heads tree gives the same after any number of changes.
        let mut heads = HeadsTree::new();
        (0..size).for_each(|_| heads.push(leaf(u64::MAX)));
        (0..size).for_each(|index| heads.set(index, leaf(index)).unwrap());
        prop_assert_eq!(heads.root(), Some(root));
        prop_assert_eq!(heads.inclusion_proof(index).unwrap(), inclusion_proof(&ours, index, size).unwrap());
        prop_assert_eq!(heads.leaf(index).unwrap(), leaf(index));
    }

    #[test]
    fn a_log_of_any_size_is_proved_from_few_nodes(size in 1u64..1 << 62, part in any::<u64>(), bits in 0u32..62) {
        let size = (size >> bits).max(1);
        let nodes = Alike::new();
        let root = nodes.root(size);
        let index = part % size;
        let proof = inclusion_proof(&nodes, index, size).unwrap();
        verify_inclusion(index, size, &leaf(0), &proof, &root).unwrap();
        prop_assert!(nodes.read.take() <= 2 * 62);
        let peer_root = RootHash::<Sha256>::new(root.0.into(), size);
        let theirs = InclusionProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
        prop_assert!(peer_root.verify_inclusion(&data(0), index, &theirs).is_ok());
        let old = index + 1;
        let proof = consistency_proof(&nodes, old, size).unwrap();
        verify_consistency(old, &nodes.root(old), size, &root, &proof).unwrap();
        let old_root = RootHash::<Sha256>::new(nodes.root(old).0.into(), old);
        let theirs = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
        prop_assert!(peer_root.verify_consistency(&old_root, &theirs).is_ok());
    }

    #[test]
    fn verifying_nonsense_is_refused_and_no_more(
        sizes in any::<[u64; 3]>(),
        proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof: Vec<_> = proof.into_iter().map(Hash).collect();
        prop_assert!(verify_inclusion(sizes[0], sizes[1], &leaf(0), &proof, &leaf(1)).is_err());
        prop_assert!(verify_inclusion(sizes[0] % 64, u64::MAX, &leaf(0), &proof, &leaf(1)).is_err());
        prop_assert!(verify_consistency(sizes[0], &leaf(0), sizes[1], &leaf(1), &proof).is_err());
        prop_assert!(verify_consistency(sizes[2], &leaf(0), u64::MAX, &leaf(1), &proof).is_err());
    }
}

#[test]
fn the_largest_sizes_are_proved_too() {
    let nodes = Alike::new();
    for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) + 1, (1 << 63) - 1] {
        let root = nodes.fold(size);
        for index in [0, 1, size / 2, (1 << 63) - 2, size - 1] {
            let proof = inclusion_proof(&nodes, index, size).unwrap();
            verify_inclusion(index, size, &leaf(0), &proof, &root).unwrap();
            let proof = consistency_proof(&nodes, index + 1, size).unwrap();
            verify_consistency(index + 1, &nodes.fold(index + 1), size, &root, &proof).unwrap();
        }
    }
}

/// A log of any size whose leaves are all alike.
struct Alike {
    levels: Vec<Hash>,
    read: Cell<usize>,
}

impl Alike {
    fn new() -> Self {
        let levels = std::iter::successors(Some(leaf(0)), |node| Some(node_hash(node, node))).take(64);
        Self { levels: levels.collect(), read: Cell::new(0) }
    }

    fn peaks(&self, size: u64) -> Vec<Hash> {
        (0..64).rev().filter(|level| size >> level & 1 == 1).map(|level| self.levels[level]).collect()
    }

    fn root(&self, size: u64) -> Hash {
        Frontier::from_parts(size, self.peaks(size)).unwrap().root().unwrap()
    }

    fn fold(&self, size: u64) -> Hash {
        self.peaks(size).into_iter().rev().reduce(|right, left| node_hash(&left, &right)).unwrap()
    }
}

impl Nodes for Alike {
    fn node(&self, level: u32, _: u64) -> Result<Hash> {
        self.read.set(self.read.get() + 1);
        Ok(self.levels[level as usize])
    }
}

#[test]
fn a_head_outside_the_tree_is_refused() {
    let mut heads = HeadsTree::new();
    assert_eq!(code(heads.set(0, leaf(0))), "tree-range");
    heads.push(leaf(0));
    assert_eq!(code(heads.set(1, leaf(0))), "tree-range");
    assert_eq!(code(heads.set(u64::MAX, leaf(0))), "tree-range");
    assert_eq!(heads.leaf(1).unwrap_err().code(), "tree-range");
    assert_eq!(heads.inclusion_proof(1).unwrap_err().code(), "tree-range");
    assert_eq!(heads.inclusion_proof(0).unwrap(), []);
}

// Tiles.

type Files = BTreeMap<String, Vec<u8>>;

/// Around every border of a row.
const TILED: [u64; 12] = [1, 2, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 70_000];

fn export(nodes: &MemoryTree, old: u64, new: u64) -> Files {
    let files = tiles::export(nodes, |index| Ok(data(index)), old, new);
    files.map(|file| file.unwrap()).map(|(tile, bytes)| (tile.path(), bytes)).collect()
}

fn check(files: &Files, size: u64) -> Result<Hash> {
    let mut next = 0;
    let root = tiles::check(
        size,
        |tile| Ok(files.get(&tile.path()).cloned()),
        |index, record| {
            assert_eq!(index, next);
            next += 1;
            // In the tests of altered files any record may come.
            assert!(record.len() < 100_000);
            Ok(())
        },
    )?;
    assert_eq!(next, size);
    Ok(root)
}

#[test]
fn exported_tiles_give_the_root_and_the_proofs() {
    for size in TILED {
        let whole = tree(size);
        let files = export(&whole, 0, size);
        assert_eq!(check(&files, size).unwrap(), whole.root().unwrap(), "{size}");
        let nodes = TileNodes::new(size, |tile: &Tile| Ok(files.get(&tile.path()).cloned()));
        for index in [0, 1, 255, 256, size / 2, size - 1].into_iter().filter(|&index| index < size) {
            let proof = inclusion_proof(&nodes, index, size).unwrap();
            assert_eq!(proof, inclusion_proof(&whole, index, size).unwrap());
            let proof = consistency_proof(&nodes, index + 1, size).unwrap();
            assert_eq!(proof, consistency_proof(&whole, index + 1, size).unwrap());
        }
        assert_eq!(nodes.node(0, size).unwrap_err().code(), "tree-incomplete");
        assert_eq!(nodes.node(64, 0).unwrap_err().code(), "tree-incomplete");
        assert_eq!(nodes.node(u32::MAX, 0).unwrap_err().code(), "tree-incomplete");
        println!("tiles: {size} records in {} files", files.len());
    }
    assert_eq!(check(&Files::new(), 0).unwrap_err().code(), "tree-range");
    assert_eq!(check(&Files::new(), 1 << 63).unwrap_err().code(), "tree-range");
}

/// The example of c2sp.org/tlog-tiles, and its paths.
#[test]
fn the_files_are_those_of_the_layout() {
    let files: Vec<_> = tiles::files(0, 70_000).collect();
    let of = |row, full| files.iter().filter(|tile| tile.row() == row && tile.is_full() == full).count();
    assert_eq!((of(Row::Entries, true), of(Row::Entries, false)), (273, 1));
    assert_eq!((of(Row::Hashes(0), true), of(Row::Hashes(0), false)), (273, 1));
    assert_eq!((of(Row::Hashes(1), true), of(Row::Hashes(1), false)), (1, 1));
    assert_eq!((of(Row::Hashes(2), true), of(Row::Hashes(2), false)), (0, 1));
    assert_eq!(files.len(), 551);
    let partial: Vec<_> = files.iter().filter(|tile| !tile.is_full()).map(Tile::path).collect();
    assert_eq!(partial, ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    assert_eq!(
        tiles::files(0, 256).map(|tile| tile.path()).collect::<Vec<_>>(),
        ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    );
    assert_eq!(tiles::files(256, 256).count() + tiles::files(0, 0).count() + tiles::files(9, 5).count(), 0);
    let path = |row, index| Tile::at(row, index, u64::MAX).unwrap().path();
    assert_eq!(path(Row::Hashes(0), 1_234_067), "tile/0/x001/x234/067");
    assert_eq!(path(Row::Entries, 1_234_067), "tile/entries/x001/x234/067");
    assert_eq!(path(Row::Hashes(3), 999), "tile/3/999");
    assert_eq!(path(Row::Hashes(3), 1_000), "tile/3/x001/000");
    assert_eq!(path(Row::Hashes(0), 1_000_000), "tile/0/x001/x000/000");
    assert_eq!(path(Row::Hashes(7), 0), "tile/7/000.p/255");
    assert_eq!(Tile::at(Row::Hashes(0), 1, 256), None);
    assert_eq!(Tile::at(Row::Hashes(8), 0, u64::MAX), None);
    assert_eq!(Tile::at(Row::Hashes(255), 0, u64::MAX), None);
    assert_eq!(Tile::at(Row::Entries, u64::MAX, u64::MAX), None);
}

#[test]
fn a_grown_log_adds_files_and_may_drop_the_partial_ones() {
    for (old, new) in [(1, 2), (255, 256), (256, 257), (200, 300), (600, 70_000), (65_535, 65_537)] {
        let whole = tree(new);
        let mut files = export(&whole, 0, old);
        let before = files.clone();
        let added = export(&whole, old, new);
        assert!(added.keys().all(|path| !before.contains_key(path)), "{old} {new}");
        files.extend(added);
        let needed = export(&whole, 0, new);
        assert!(needed.iter().all(|(path, bytes)| files.get(path) == Some(bytes)), "{old} {new}");
        assert_eq!(check(&files, new).unwrap(), whole.root().unwrap());
        assert_eq!(check(&files, old).unwrap(), whole.root_at(old).unwrap());
        // Without the partial files that full ones replace, the old size is checked all the same.
        let full: Vec<_> = files.keys().filter(|path| !path.contains(".p/")).cloned().collect();
        files.retain(|path, _| {
            !path.split_once(".p/").is_some_and(|(path, _)| full.contains(&path.to_owned()))
        });
        assert_eq!(check(&files, old).unwrap(), whole.root_at(old).unwrap());
        let nodes = TileNodes::new(old, |tile: &Tile| Ok(files.get(&tile.path()).cloned()));
        let proof = inclusion_proof(&nodes, old - 1, old).unwrap();
        verify_inclusion(old - 1, old, &leaf(old - 1), &proof, &whole.root_at(old).unwrap()).unwrap();
    }
}

#[test]
fn no_file_can_be_altered_cut_lengthened_or_lost() {
    let size = 600;
    let whole = tree(size);
    let files = export(&whole, 0, size);
    check(&files, size).unwrap();
    let mut refusals = 0;
    let mut refused = |path: &str, bytes: Option<Vec<u8>>, expected: &str| {
        let mut files = files.clone();
        match bytes {
            Some(bytes) => files.insert(path.to_owned(), bytes),
            None => files.remove(path),
        };
        assert_eq!(check(&files, size).unwrap_err().code(), expected, "{path}");
        refusals += 1;
    };
    for (path, bytes) in &files {
        let places = (0..bytes.len()).step_by(if bytes.len() > 64 { 37 } else { 1 });
        for at in places.chain([bytes.len() - 1]) {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            refused(path, Some(altered), "tile");
        }
        refused(path, Some(bytes[..bytes.len() - 1].to_vec()), "tile");
        refused(path, Some(bytes[32.min(bytes.len())..].to_vec()), "tile");
        refused(path, Some([bytes.as_slice(), &[0]].concat()), "tile");
        refused(path, Some([bytes.as_slice(), &bytes[bytes.len().saturating_sub(32)..]].concat()), "tile");
        refused(path, Some(Vec::new()), "tile");
        refused(path, None, "tree-incomplete");
    }
    println!("tiles: {refusals} changes in {} files refused", files.len());
}

#[test]
fn a_layout_made_anew_has_another_root() {
    let size = 600;
    let forged = |index| if index == 300 { b"another record".to_vec() } else { data(index) };
    let mut whole = MemoryTree::new();
    whole.extend((0..size).map(|index| leaf_hash(&forged(index))));
    let files = tiles::export(&whole, |index| Ok(forged(index)), 0, size);
    let files = files.map(|file| file.unwrap()).map(|(tile, bytes)| (tile.path(), bytes)).collect();
    assert_ne!(check(&files, size).unwrap(), tree(size).root().unwrap());
}

#[test]
fn only_records_of_the_tree_that_fit_are_exported() {
    let codes = |record: Vec<u8>, in_tree: Hash, size| {
        let mut whole = MemoryTree::new();
        whole.push(in_tree);
        let files = tiles::export(&whole, |_| Ok(record.clone()), 0, size);
        files.map(|file| file.map_or_else(|error| error.code(), |_| "written")).collect::<Vec<_>>()
    };
    let largest = vec![7; 65_535];
    assert_eq!(codes(largest.clone(), leaf_hash(&largest), 1), ["written", "written"]);
    assert_eq!(codes(vec![7; 65_536], leaf_hash(&[7; 65_536]), 1), ["too-large", "written"]);
    assert_eq!(codes(data(0), leaf(1), 1), ["tile", "written"]);
    assert_eq!(codes(data(0), leaf(0), 2), ["tree-incomplete", "tree-incomplete"]);
}
