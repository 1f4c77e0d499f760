package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
)

// BenchLedgerCmd measures what a ledger can do. It writes identities that stay
// for ever, so the environment's settings, which lead to the ledger that the
// service uses, are not its own, and a ledger that was not made for it needs
// --yes.
type BenchLedgerCmd struct {
	Ledger        string        `default:"embedded" enum:"embedded,fabric" help:"Which ledger: embedded or fabric."`
	LedgerDir     string        `placeholder:"DIR" help:"Folder of the embedded ledger. Default: a new one, removed afterwards; it lies in the folder for temporary files, whose disk may be memory."`
	FabricProfile string        `placeholder:"FILE" help:"Connection profile of the organisation that writes. For a network to measure: NET=DIR FABRIC_BIN=DIR deploy/fabric/network.sh up, then DIR/org1.json."`
	FabricNet     string        `placeholder:"DIR" help:"The NET of deploy/fabric/network.sh, to measure the disk of its peers and orderers."`
	Fill          int           `help:"Put so many identities in, and measure again with them."`
	Duration      time.Duration `default:"10s" help:"How long each row is measured."`
	Yes           bool          `help:"Write to a ledger that did not begin with this measurement. What it writes cannot be removed; its ids begin with bench-."`
}

// Validate reports every fault of the settings; kong calls it.
func (c *BenchLedgerCmd) Validate() error {
	return joinFaults([]error{
		fault(c.Fill >= 0, "fill", "%d is negative", c.Fill),
		fault(c.Duration > 0, "duration", "%s is not a time", c.Duration),
		fault(c.Ledger != "fabric" || c.FabricProfile != "", "fabric-profile", "is needed with --ledger fabric"),
		fault(c.Ledger == "fabric" || c.FabricProfile == "" && c.FabricNet == "", "fabric-profile", "and --fabric-net are of --ledger fabric"),
		fault(c.Ledger == "embedded" || c.LedgerDir == "", "ledger-dir", "is of --ledger embedded"),
	})
}

// Run measures and prints the report.
func (c *BenchLedgerCmd) Run(g *Globals) (err error) {
	l, err := c.open(g)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if !c.Yes {
		if err := l.mayBeWritten(g.Context); err != nil {
			return err
		}
	}
	b := &ledgerBench{
		g: g, ledger: l, duration: c.Duration,
		subjects: benchSubjects{run: strings.ToLower(rand.Text()[:10])},
	}
	report, err := b.run(c.Fill)
	if err != nil {
		return err
	}
	report.Kind = c.Ledger
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

// A benchedLedger is the ledger to measure and the folders in which it lies.
type benchedLedger struct {
	ledger.Client
	explorer

	folders map[string]string // by name; none where they are not known
	made    bool              // by this command
	close   func() error
}

// explorer is the half of a ledger that tells what is on it.
type explorer interface {
	Chain(ctx context.Context) (ledger.ChainInfo, error)
	Blocks(ctx context.Context, from uint64, n int) ([]ledger.Block, error)
}

func (l benchedLedger) Close() error { return l.close() }

func (c *BenchLedgerCmd) open(g *Globals) (benchedLedger, error) {
	if c.Ledger == "fabric" {
		return c.openFabric()
	}
	dir, remove := c.LedgerDir, func() error { return nil }
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "vouchline-ledger-"); err != nil {
			return benchedLedger{}, err
		}
		remove = func() error { return os.RemoveAll(dir) }
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return benchedLedger{}, err
	}
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: dir, Now: g.Now, Log: g.Log})
	if err != nil {
		return benchedLedger{}, errors.Join(tampered(err), remove())
	}
	return benchedLedger{
		Client: l.Client, explorer: l, folders: map[string]string{"log": dir}, made: len(entries) == 0,
		close: func() error { return errors.Join(l.Close(), remove()) },
	}, nil
}

func (c *BenchLedgerCmd) openFabric() (benchedLedger, error) {
	folders, err := nodeFolders(c.FabricNet)
	if err != nil {
		return benchedLedger{}, err
	}
	l, err := connectFabric(c.FabricProfile)
	if err != nil {
		return benchedLedger{}, err
	}
	return benchedLedger{Client: l.Client, explorer: l, folders: folders, close: l.Close}, nil
}

// nodeFolders are the data folders of a local network's nodes.
func nodeFolders(net string) (map[string]string, error) {
	if net == "" {
		return nil, nil //nolint:nilnil // no folders are known
	}
	data := filepath.Join(net, "data")
	entries, err := os.ReadDir(data)
	if err != nil {
		return nil, fmt.Errorf("--fabric-net: %w", err)
	}
	folders := map[string]string{}
	for _, e := range entries {
		if e.IsDir() {
			folders[e.Name()] = filepath.Join(data, e.Name())
		}
	}
	return folders, nil
}

// benchPrefix begins the ids of everything that is written here.
const benchPrefix = "bench-"

var errNotOurs = errors.New("bench ledger: this ledger did not begin with a measurement: it may be in use, and what is written to it stays; --yes writes all the same")

// mayBeWritten looks for the first identity on the ledger: one that began with
// a measurement's was made for it. An empty one may be waiting for its operator.
func (l benchedLedger) mayBeWritten(ctx context.Context) error {
	if l.made {
		return nil
	}
	chain, err := l.Chain(ctx)
	if err != nil {
		return err
	}
	const page = 50
	for from := uint64(0); from < chain.Height; from += page {
		blocks, err := l.Blocks(ctx, from+page-1, page)
		if err != nil {
			return err
		}
		for k := len(blocks) - 1; k >= 0; k-- { // they come newest first
			for _, t := range blocks[k].Transactions {
				for _, e := range t.Events {
					if strings.HasPrefix(e.Identity, benchPrefix) {
						return nil
					}
					return errNotOurs
				}
			}
		}
	}
	return errNotOurs
}
