package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx/passport"
)

// The files that init and certificate write.
const (
	rootKeyFile     = "root.key"
	rootFile        = "root.pem"
	passportKeyFile = "passport.key"
	passportFile    = "passport.pem"
)

// passportWarning is how long before its end a certificate is complained about,
// at most.
const passportWarning = 30 * 24 * time.Hour

// endsSoon reports whether somebody should have renewed a certificate by now: one
// that lives for days has a third of its life left then.
func endsSoon(c *x509.Certificate, now time.Time) bool {
	return c.NotAfter.Sub(now) < min(passportWarning, c.NotAfter.Sub(c.NotBefore)/3)
}

// PassportCmd is for who has no certificate of an authority for telephone
// numbers, and for looking at one.
type PassportCmd struct {
	Init        PassportInitCmd        `cmd:"" help:"Make a root of one's own and a certificate below it."`
	Certificate PassportCertificateCmd `cmd:"" help:"Renew the certificate below one's own root, with a new key."`
	Show        PassportShowCmd        `cmd:"" help:"Show what a certificate may speak for, and until when."`
}

// PassportSubject is whom a certificate speaks for.
type PassportSubject struct {
	Domain   []string      `name:"domain" env:"VOUCHLINE_PBX_REALM" default:"vouchline" placeholder:"NAME,..." help:"Domains of the lines' SIP addresses."`
	Provider []string      `name:"provider" placeholder:"CODE,..." help:"Service provider codes: the certificate then speaks for all their numbers."`
	Number   []string      `name:"number" placeholder:"NUMBER,..." help:"Telephone numbers, such as +33612345678."`
	Range    []string      `name:"range" placeholder:"NUMBER:COUNT,..." help:"Blocks of numbers, such as +33612345600:100."`
	Lifetime time.Duration `name:"lifetime" default:"2160h" placeholder:"DURATION" help:"How long the certificate is valid; at most a year."`
}

// maxCertificateLifetime keeps a key that was stolen unseen from speaking for
// years: nobody asks for these certificates' revocation lists.
const maxCertificateLifetime = 366 * 24 * time.Hour

// list reads the entries of the certificate's TNAuthList.
func (s *PassportSubject) list() (passport.TNAuthList, error) {
	list := passport.TNAuthList{Providers: s.Provider}
	for _, text := range s.Number {
		p, err := passport.ParseParty(text)
		if err != nil {
			return list, fmt.Errorf("--number: %q is not a number such as +33612345678", text)
		}
		list.Numbers = append(list.Numbers, p.TN)
	}
	for _, text := range s.Range {
		start, count, _ := strings.Cut(text, ":")
		p, err := passport.ParseParty(start)
		n, failed := strconv.ParseInt(count, 10, 64)
		if err != nil || failed != nil {
			return list, fmt.Errorf("--range: %q is not a number and a count, such as +33612345600:100", text)
		}
		list.Ranges = append(list.Ranges, passport.TNRange{Start: p.TN, Count: n})
	}
	return list, nil
}

// PassportInitCmd makes a root and a first certificate.
type PassportInitCmd struct {
	PassportSubject

	Dir          string `name:"dir" short:"d" required:"" placeholder:"DIR" help:"Folder the files go to; none is replaced."`
	Organisation string `name:"organisation" required:"" placeholder:"NAME" help:"Who signs, as the called party's provider reads it."`
}

// rootLifetime is that of an operator's own root.
const rootLifetime = 10 * 365 * 24 * time.Hour

// Run makes the files.
func (c *PassportInitCmd) Run(g *Globals) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	key, err := passport.NewKey()
	if err != nil {
		return err
	}
	now := g.Now()
	certificate, err := passport.NewRoot(key, passport.Request{
		Organisation: c.Organisation, NotBefore: now.Add(-passportSkew), NotAfter: now.Add(rootLifetime),
	})
	if err != nil {
		return err
	}
	root := passport.Root{Certificate: certificate, Key: key}
	signer, err := c.issue(g, root, c.Organisation)
	if err != nil {
		return err
	}
	secret, err := passport.EncodeKey(key)
	if err != nil {
		return err
	}
	for _, f := range append([]passportFileText{{rootKeyFile, secret}, {rootFile, passport.EncodeChain(certificate)}}, signer...) {
		if err := writeNew(filepath.Join(c.Dir, f.name), f.text); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(g.Stderr, "Only who trusts %s believes these calls: give it to those who verify them, and keep %s off this machine.\n",
		filepath.Join(c.Dir, rootFile), filepath.Join(c.Dir, rootKeyFile))
	return (&PassportShowCmd{Certificate: filepath.Join(c.Dir, passportFile)}).Run(g)
}

// passportSkew lets a certificate be used where clocks are a little behind.
const passportSkew = 5 * time.Minute

// A passportFileText is one file to write.
type passportFileText struct {
	name string
	text []byte
}

// issue makes a key and its certificate.
func (s *PassportSubject) issue(g *Globals, root passport.Root, organisation string) ([]passportFileText, error) {
	if s.Lifetime <= 0 || s.Lifetime > maxCertificateLifetime {
		return nil, fmt.Errorf("--lifetime: %s is not between 0 and %s", s.Lifetime, maxCertificateLifetime)
	}
	list, err := s.list()
	if err != nil {
		return nil, err
	}
	key, err := passport.NewKey()
	if err != nil {
		return nil, err
	}
	now := g.Now()
	leaf, err := root.Issue(key.Public(), passport.Request{
		Organisation: organisation, Domains: s.Domain, Numbers: list, NotBefore: now.Add(-passportSkew), NotAfter: now.Add(s.Lifetime),
	})
	if err != nil {
		return nil, err
	}
	secret, err := passport.EncodeKey(key)
	if err != nil {
		return nil, err
	}
	return []passportFileText{{passportKeyFile, secret}, {passportFile, passport.EncodeChain(leaf, root.Certificate)}}, nil
}

// PassportCertificateCmd renews the certificate.
type PassportCertificateCmd struct {
	PassportSubject

	Dir string `name:"dir" short:"d" required:"" placeholder:"DIR" help:"Folder with root.key and root.pem; passport.key and passport.pem in it are replaced."`
}

// Run replaces key and certificate. A service that runs takes them by itself: the
// key is first, which without its certificate is not taken.
func (c *PassportCertificateCmd) Run(g *Globals) error {
	key, err := readSigningKey(filepath.Join(c.Dir, rootKeyFile))
	if err != nil {
		return err
	}
	chain, err := readChain(filepath.Join(c.Dir, rootFile))
	if err != nil {
		return err
	}
	organisation := strings.Join(chain[0].Subject.Organization, " ")
	files, err := c.issue(g, passport.Root{Certificate: chain[0], Key: key}, organisation)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := replaceFile(filepath.Join(c.Dir, f.name), f.text); err != nil {
			return err
		}
	}
	return (&PassportShowCmd{Certificate: filepath.Join(c.Dir, passportFile)}).Run(g)
}

// replaceFile writes a file beside the old one and moves it over: a service
// that reads it meanwhile reads a whole one.
func replaceFile(path string, b []byte) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := writeNew(fresh, b); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
