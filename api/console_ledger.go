package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// An Explorer reads what a ledger says of itself: how far it reaches, its
// blocks, how its nodes do, and how long this process's commits took. Its five
// methods are one page's.
type Explorer interface {
	Chain(ctx context.Context) (ledger.ChainInfo, error)
	// Blocks returns n blocks from number from downwards, the newest first; a
	// number beyond the head means the head.
	Blocks(ctx context.Context, from uint64, n int) ([]ledger.Block, error)
	// Locate finds the block of a transaction.
	Locate(ctx context.Context, txID string) (ledger.Location, error)
	Nodes(ctx context.Context) ([]ledger.Node, error)
	// Commits are the last ones, the oldest first.
	Commits() []ledger.Commit
}

const (
	explorerBlocks = 20 // on one page
	// explorerPatience is how long a page waits for the ledger: it is looked
	// at when something is wrong, and has to say so.
	explorerPatience = 5 * time.Second
	explorerRefresh  = 30 // seconds, where there are no scripts
)

// ledgerPages show staff the ledger.
type ledgerPages struct{ *consolePages }

// Mount adds the routes where there is something to explore.
func (p *ledgerPages) Mount(r gin.IRouter) {
	if p.Console.Reviews == nil || p.Console.Ledger == nil {
		return
	}
	r.GET("/console/ledger", p.do(p.onlooker(p.show)))
	r.GET("/console/ledger/blocks/:n", p.do(p.staff(p.block)))
}

// A ledgerView is the ledger at one look. Of a ledger that does not answer in
// full it holds what did.
type ledgerView struct {
	Chain   *ledger.ChainInfo
	Nodes   []nodeRow
	Blocks  []ledger.Block
	Commits *latencyChart
	First   bool   // the newest blocks are on this page
	Older   uint64 // where the next page begins
	More    bool   // there is one
}

func (p *ledgerPages) show(c *gin.Context, m StaffMember) error {
	from, first, err := startOf(c.Query("from"))
	if err != nil {
		return err
	}
	view := p.look(c.Request.Context(), from)
	view.First = first
	v := templates.View{}
	if first {
		v.Refresh = explorerRefresh
	}
	return p.staffPage(c, http.StatusOK, "console/ledger", m, v, map[string]any{"View": view, "Now": p.Clock()})
}

// startOf is the block that a page begins with: the head, if none is named.
func startOf(query string) (from uint64, first bool, err error) {
	if query == "" {
		return ^uint64(0), true, nil
	}
	from, err = strconv.ParseUint(query, 10, 64)
	if err != nil {
		return 0, false, errBadRequest
	}
	return from, false, nil
}

// look asks for everything at once, so that one part which does not answer
// costs the patience once.
func (p *ledgerPages) look(ctx context.Context, from uint64) ledgerView {
	ctx, cancel := context.WithTimeout(ctx, explorerPatience)
	defer cancel()
	var (
		v     ledgerView
		nodes []ledger.Node
		group sync.WaitGroup
	)
	ask := func(what string, question func() error) {
		group.Go(func() {
			if err := question(); err != nil {
				p.Logger.WarnContext(ctx, "ledger not explored", "part", what, "error", err)
			}
		})
	}
	ask("chain", func() error {
		chain, err := p.Console.Ledger.Chain(ctx)
		if err == nil {
			v.Chain = &chain
		}
		return err
	})
	ask("blocks", func() (err error) {
		v.Blocks, err = p.Console.Ledger.Blocks(ctx, from, explorerBlocks)
		return err
	})
	ask("nodes", func() (err error) {
		nodes, err = p.Console.Ledger.Nodes(ctx)
		return err
	})
	group.Wait()
	v.Nodes = nodeRows(nodes, v.Chain)
	v.Commits = latencyOf(p.Console.Ledger.Commits())
	if n := len(v.Blocks); n > 0 {
		last := v.Blocks[n-1].Number
		v.More, v.Older = last > 0, last-1
	}
	return v
}

// A nodeRow is a node beside the others.
type nodeRow struct {
	ledger.Node

	Behind uint64 // blocks
	Why    string // of the catalogue's node_fault family
}

// nodeFaults are what the adapters say of a node that does not do, by the
// beginning of their words.
var nodeFaults = []struct{ begin, code string }{
	{"does not answer", "silent"},
	{"refuses connections", "refused"},
	{"breaks connections", "broken"},
	{"its host name", "unknown_host"},
	{"shows a certificate", "certificate"},
	{"has no leader", "no_leader"},
	{"does not let us read", "forbidden"},
	{"is not on the channel", "not_joined"},
}

func faultOf(n ledger.Node) string {
	for _, f := range nodeFaults {
		if strings.HasPrefix(n.Fault, f.begin) {
			return f.code
		}
	}
	return "other"
}

// nodeRows compares heights with the highest that is known.
func nodeRows(nodes []ledger.Node, chain *ledger.ChainInfo) []nodeRow {
	var highest uint64
	if chain != nil {
		highest = chain.Height
	}
	for _, n := range nodes {
		highest = max(highest, n.Height)
	}
	rows := make([]nodeRow, len(nodes))
	for i, n := range nodes {
		rows[i].Node = n
		if n.Fault != "" {
			rows[i].Why = faultOf(n)
		}
		if n.Height > 0 {
			rows[i].Behind = highest - n.Height
		}
	}
	return rows
}

func (p *ledgerPages) block(c *gin.Context, m StaffMember) error {
	number, err := strconv.ParseUint(c.Param("n"), 10, 64)
	if err != nil {
		return errNoPage
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), explorerPatience)
	defer cancel()
	// One more than asked for tells whether a newer one is there.
	blocks, err := p.Console.Ledger.Blocks(ctx, number+1, 2)
	if err != nil {
		return ledgerError(fmt.Errorf("read block: %w", err))
	}
	for i, b := range blocks {
		if b.Number == number {
			data := map[string]any{"Block": b, "Newer": i > 0, "NewerNumber": number + 1, "OlderNumber": number - 1}
			return p.staffPage(c, http.StatusOK, "console/block", m, templates.View{}, data)
		}
	}
	return errNoPage
}
