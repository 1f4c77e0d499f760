package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/vouchline/vouchline/ledger/disclosure"
)

// DisclosureCmd is what an organisation does that subscribers let read their
// attributes. It needs neither service nor ledger.
type DisclosureCmd struct {
	Keygen DisclosureKeygenCmd `cmd:"" help:"Make the key that attributes are wrapped for."`
	Open   DisclosureOpenCmd   `cmd:"" help:"Open what GET /v1/identities/ID/attributes answered."`
}

// DisclosureKeygenCmd makes an organisation's key.
type DisclosureKeygenCmd struct {
	Out  string `name:"out" short:"o" required:"" placeholder:"FILE" help:"Where the private key goes; an existing file is not replaced."`
	Type string `name:"type" enum:"ec,rsa" default:"ec" help:"Kind of key: ec (P-256) or rsa (2048 bits)."`
}

// Run writes the private key to a file and the public one, as a JSON Web Key,
// to stdout.
func (c *DisclosureKeygenCmd) Run(g *Globals) error {
	private, err := newOrganisationKey(c.Type)
	if err != nil {
		return err
	}
	public, err := disclosure.PublicKey(private)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("encode the private key: %w", err)
	}
	if err := writeNew(c.Out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(g.Stderr, "The private key is in %s. Who has it reads what subscribers let you read.\n", c.Out)
	return g.WriteJSON(public)
}

func newOrganisationKey(kind string) (crypto.PrivateKey, error) {
	if kind == "rsa" {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// writeNew writes a file that only its owner can read, and never over another.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// DisclosureOpenCmd opens a parcel.
type DisclosureOpenCmd struct {
	File   string `arg:"" help:"The answer, or - for stdin."`
	Key    string `name:"key" required:"" placeholder:"FILE" help:"The organisation's private key, PEM."`
	Record string `name:"record" placeholder:"FILE" help:"The identity's record from a peer of one's own (vouchline ledger show). Its digests then count instead of those in the answer."`
}

// Run writes the attributes if every one of them is what the identity was
// minted with; otherwise it writes none and the exit code is 1.
func (c *DisclosureOpenCmd) Run(g *Globals) error {
	p, err := c.parcel(g.Stdin)
	if err != nil {
		return err
	}
	private, err := readPrivateKey(c.Key)
	if err != nil {
		return err
	}
	attributes, err := disclosure.Open(p, private)
	if errors.Is(err, disclosure.ErrMismatch) || errors.Is(err, disclosure.ErrUnopened) {
		return &NegativeError{Reason: err.Error()}
	}
	if err != nil {
		return err
	}
	values := make(map[string]string, len(attributes))
	for name, a := range attributes {
		values[name] = a.Value
	}
	if g.JSON {
		return g.WriteJSON(map[string]any{"identity": p.Identity, "attributes": values, "until": p.Until})
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := g.Printf("%s: %s\n", name, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// maxParcel is more than the largest answer.
const maxParcel = 1 << 20

func (c *DisclosureOpenCmd) parcel(stdin io.Reader) (p disclosure.Parcel, err error) {
	if err := readJSONFile(c.File, stdin, &p); err != nil || c.Record == "" {
		return p, err
	}
	var record ledgerRecord
	if err := readJSONFile(c.Record, stdin, &record); err != nil {
		return p, err
	}
	if record.Identity.ID != p.Identity {
		return p, &NegativeError{Reason: "the record is another identity's"}
	}
	p.Digests = record.Identity.Attributes
	return p, nil
}

// readJSONFile says of what it cannot decode only where it is: it may hold
// values.
func readJSONFile(path string, stdin io.Reader, v any) error {
	in := stdin
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxParcel))
	if err != nil {
		return err
	}
	if json.Unmarshal(b, v) != nil {
		return fmt.Errorf("%s does not hold what was asked for, as JSON", path)
	}
	return nil
}

func readPrivateKey(path string) (crypto.PrivateKey, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%s is not PEM", path)
	}
	switch block.Type {
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return x509.ParsePKCS8PrivateKey(block.Bytes)
	}
}
