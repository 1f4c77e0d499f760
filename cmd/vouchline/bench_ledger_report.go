package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/vouchline/vouchline/ledger"
)

// ledgerReport is what the benchmark prints.
type ledgerReport struct {
	Kind   string       `json:"ledger"`
	Before ledgerStage  `json:"before"`
	Fill   *ledgerRow   `json:"fill,omitempty"`
	After  *ledgerStage `json:"after,omitempty"`
}

// ledgerStage is every row on a ledger of one size.
type ledgerStage struct {
	Ledger ledger.ChainInfo `json:"ledger"`         // as the stage found it
	Disk   map[string]int64 `json:"disk,omitempty"` // bytes by folder, then
	Rows   []ledgerRow      `json:"rows"`
}

// ledgerRow is one measurement.
type ledgerRow struct {
	Name    string  `json:"name"`
	Callers int     `json:"callers"` // how many calls are made at a time
	Each    int     `json:"each"`    // identities a call
	N       int     `json:"n"`       // calls that succeeded
	Seconds float64 `json:"seconds"`
	// PerSecond counts identities that were minted, read or changed.
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"` // of a call
	P95       float64 `json:"p95_ms"`
	// CPU is what this process computed for an identity, sealing its attributes
	// too. With the embedded ledger that is all; of Fabric it is the client.
	CPU float64 `json:"cpu_ms"`
	// Disk is what each folder grew for an identity, in bytes. Fabric's database
	// compacts itself when it likes: only a long row says anything of it.
	Disk map[string]int64 `json:"disk,omitempty"`
	// Failed calls are in no other figure.
	Failed int    `json:"failed"`
	Fault  string `json:"fault,omitempty"` // of one that failed
}

// diskOf is what folders take of the disk, in whole blocks as it gives them
// out. A file that goes while it is looked for takes nothing.
func diskOf(folders map[string]string) (map[string]int64, error) {
	out := map[string]int64{}
	for name, dir := range folders {
		err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
			if err == nil {
				var info fs.FileInfo
				if info, err = entry.Info(); err == nil {
					out[name] += allocated(info)
				}
			}
			if os.IsNotExist(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func allocated(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512 // whatever the file system's own block is (stat(2))
	}
	return info.Size()
}

func (r ledgerReport) print(g *Globals) error {
	var b bytes.Buffer
	r.Before.print(&b)
	if r.Fill != nil {
		fmt.Fprintln(&b)
		printLedgerRows(&b, []ledgerRow{*r.Fill})
		fmt.Fprintln(&b)
		r.After.print(&b)
	}
	return g.Printf("%s", b.String())
}

func (s ledgerStage) print(w io.Writer) {
	fmt.Fprintf(w, "%s, %d blocks%s\n", s.Ledger.Network, s.Ledger.Height, onDisk(s.Disk, 1<<20, "MiB"))
	printLedgerRows(w, s.Rows)
}

func printLedgerRows(w io.Writer, rows []ledgerRow) {
	table(w, func(row func(string, ...any)) {
		row("\tcallers\tn\tidentities/s\tp50\tp95\tCPU each\tfailed\t")
		for _, r := range rows {
			row("%s\t%d\t%d\t%.0f\t%.2f ms\t%.2f ms\t%.2f ms\t%d\t%s", r.Name, r.Callers, r.N, r.PerSecond, r.P50, r.P95, r.CPU, r.Failed,
				strings.TrimPrefix(onDisk(r.Disk, 1, "bytes each"), ", "))
		}
	})
	for _, r := range rows {
		if r.Fault != "" {
			fmt.Fprintf(w, "%s: %s\n", r.Name, r.Fault)
		}
	}
}

func onDisk(bytes map[string]int64, unit int64, name string) string {
	var b strings.Builder
	for _, folder := range slices.Sorted(maps.Keys(bytes)) {
		fmt.Fprintf(&b, ", %s %d %s", folder, bytes[folder]/unit, name)
	}
	return b.String()
}
