package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
)

// LedgerProveCmd writes a proof.
type LedgerProveCmd struct {
	LedgerFlags
	ID  string `arg:"" help:"The identity's id."`
	Out string `name:"out" short:"o" required:"" placeholder:"FILE" help:"Where the proof goes."`
}

// Run writes the proof; an id that nobody has is exit code 1.
func (c *LedgerProveCmd) Run(g *Globals) error {
	b, err := c.prove(g)
	if err != nil {
		return nobody(tampered(err))
	}
	return written(g, c.Out, b)
}

func (c *LedgerProveCmd) prove(g *Globals) ([]byte, error) {
	if c.Ledger == "embedded" {
		l, err := readLog(c.LedgerPath(c.DataDir))
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		return l.ProveAt(g.Context, c.ID, g.Now())
	}
	l, err := connectFabric(c.FabricProfile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }()
	return l.Prove(g.Context, c.ID)
}

// LedgerTrustCmd writes a trust file.
type LedgerTrustCmd struct {
	LedgerFlags
	MSP []string `name:"msp" placeholder:"MSP,..." help:"Fabric: organisations of which any one may endorse a write. Default: the profile's."`
	Out string   `name:"out" short:"o" required:"" placeholder:"FILE" help:"Where it goes."`
}

// Run writes the trust file and says its digest, by which the reader compares
// what they received with what was sent.
func (c *LedgerTrustCmd) Run(g *Globals) error {
	b, err := c.trust(g.Context)
	if err != nil {
		return tampered(err)
	}
	return written(g, c.Out, b)
}

func (c *LedgerTrustCmd) trust(ctx context.Context) ([]byte, error) {
	if c.Ledger == "embedded" {
		l, err := readLog(c.LedgerPath(c.DataDir))
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		return l.Trust()
	}
	l, err := connectFabric(c.FabricProfile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }()
	return l.Trust(ctx, c.MSP...)
}

// written writes a file and says what was written.
func written(g *Globals, path string, b []byte) error {
	if err := os.WriteFile(path, b, 0o600); err != nil { //nolint:gosec // the operator names the file
		return err
	}
	sum := sha256.Sum256(b)
	if g.JSON {
		return g.WriteJSON(map[string]any{"file": path, "size": len(b), "sha256": hex.EncodeToString(sum[:])})
	}
	return g.Printf("%s: %d bytes, SHA-256 %x\n", path, len(b), sum)
}
