// Times proofs of golang.org/x/mod/sumdb/tlog: builds a tree of so many records in memory, makes and
// checks so many inclusion proofs, prints the nanoseconds they took and the root.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	size, proofs := number(1), number(2)
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = all[index]
		}
		return found, nil
	})
	for n := int64(0); n < size; n++ {
		added, err := tlog.StoredHashes(n, record(n), reader)
		check(err)
		all = append(all, added...)
	}
	root, err := tlog.TreeHash(size, reader)
	check(err)
	random := uint64(17)
	started := time.Now()
	for range proofs {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		index := int64(random % uint64(size))
		proof, err := tlog.ProveRecord(size, index, reader)
		check(err)
		check(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(record(index))))
	}
	fmt.Printf("%d %x\n", time.Since(started).Nanoseconds(), root[:])
}

func record(n int64) []byte {
	data := make([]byte, 300)
	for i := range data {
		data[i] = 0xA5
	}
	binary.BigEndian.PutUint64(data, uint64(n))
	return data
}

func number(at int) int64 {
	n, err := strconv.ParseInt(os.Args[at], 10, 64)
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
