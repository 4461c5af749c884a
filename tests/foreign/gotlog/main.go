// Reads one JSON object a line and answers one a line: what golang.org/x/mod says of checkpoints,
// inclusion and consistency proofs, and what it computes over the same leaves.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Op      string   `json:"op"`
	Note    string   `json:"note"`
	Vkeys   []string `json:"vkeys"`
	Origin  string   `json:"origin"`
	Leaves  [][]byte `json:"leaves"`
	Leaf    []byte   `json:"leaf"`
	Proof   [][]byte `json:"proof"`
	Index   int64    `json:"index"`
	Old     int64    `json:"old"`
	Size    int64    `json:"size"`
	Root    []byte   `json:"root"`
	OldRoot []byte   `json:"old_root"`
}

type answer struct {
	Ok     bool     `json:"ok"`
	Error  string   `json:"error,omitempty"`
	Hashes [][]byte `json:"hashes,omitempty"`
	Size   int64    `json:"size,omitempty"`
	Root   []byte   `json:"root,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		a, err := reply(&q)
		if errors.Is(err, errUnknown) {
			fmt.Fprintln(os.Stderr, "unknown op", q.Op)
			os.Exit(2)
		}
		a.Ok = err == nil
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			os.Exit(2)
		}
	}
}

var errUnknown = errors.New("unknown op")

func reply(q *question) (answer, error) {
	var a answer
	switch q.Op {
	case "checkpoint":
		return checkpoint(q)
	case "inclusion":
		return a, tlog.CheckRecord(tlog.RecordProof(hashes(q.Proof)), q.Size, hash(q.Root), q.Index, tlog.RecordHash(q.Leaf))
	case "consistency":
		return a, tlog.CheckTree(tlog.TreeProof(hashes(q.Proof)), q.Size, hash(q.Root), q.Old, hash(q.OldRoot))
	case "prove-inclusion":
		reader, err := stored(q.Leaves[:q.Size])
		if err != nil {
			return a, err
		}
		proof, err := tlog.ProveRecord(q.Size, q.Index, reader)
		if err != nil {
			return a, err
		}
		root, err := tlog.TreeHash(q.Size, reader)
		a.Root, a.Hashes = root[:], slices(proof)
		return a, err
	case "prove-consistency":
		reader, err := stored(q.Leaves[:q.Size])
		if err != nil {
			return a, err
		}
		proof, err := tlog.ProveTree(q.Size, q.Old, reader)
		if err != nil {
			return a, err
		}
		root, err := tlog.TreeHash(q.Size, reader)
		a.Root, a.Hashes = root[:], slices(proof)
		return a, err
	}
	return a, errUnknown
}

func checkpoint(q *question) (answer, error) {
	var a answer
	var known []note.Verifier
	for _, vkey := range q.Vkeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return a, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open([]byte(q.Note), note.VerifierList(known...))
	if err != nil {
		return a, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != q.Origin {
		return a, errors.New("not a checkpoint of this origin")
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &a.Size); err != nil {
		return a, err
	}
	root, err := tlog.ParseHash(lines[2])
	a.Root = root[:]
	return a, err
}

func stored(leaves [][]byte) (tlog.HashReader, error) {
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = all[index]
		}
		return found, nil
	})
	for n, leaf := range leaves {
		added, err := tlog.StoredHashes(int64(n), leaf, reader)
		if err != nil {
			return nil, err
		}
		all = append(all, added...)
	}
	return reader, nil
}

func hash(b []byte) (h tlog.Hash) {
	copy(h[:], b)
	return h
}

func hashes(all [][]byte) []tlog.Hash {
	var hs []tlog.Hash
	for _, b := range all {
		hs = append(hs, hash(b))
	}
	return hs
}

func slices(hs []tlog.Hash) [][]byte {
	all := [][]byte{}
	for _, h := range hs {
		all = append(all, append([]byte{}, h[:]...))
	}
	return all
}
