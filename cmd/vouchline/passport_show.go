package main

import (
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx/passport"
)

// PassportShowCmd shows a certificate.
type PassportShowCmd struct {
	Certificate string `name:"passport-certificate" env:"VOUCHLINE_PASSPORT_CERTIFICATE" required:"" placeholder:"FILE" help:"The certificate, PEM."`
}

// A passportSummary is what show tells.
type passportSummary struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Providers []string  `json:"providers,omitempty"`
	Numbers   []string  `json:"numbers,omitempty"`
	Ranges    []string  `json:"ranges,omitempty"`
	Domains   []string  `json:"domains,omitempty"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	// Left is for how long from now, in seconds; negative where it has ended.
	Left int64 `json:"left"`
	// Path is where the service serves it.
	Path string `json:"path"`
}

// Run shows the certificate. One that may sign nothing now is exit code 1; one
// that ends soon is complained about.
func (c *PassportShowCmd) Run(g *Globals) error {
	chain, err := readChain(c.Certificate)
	if err != nil {
		return err
	}
	summary, err := summarize(chain[0], g.Now())
	if err != nil {
		return err
	}
	if err := summary.write(g); err != nil {
		return err
	}
	now := g.Now()
	switch left := summary.NotAfter.Sub(now); {
	case left <= 0:
		return &NegativeError{Reason: "the certificate has ended"}
	case now.Before(summary.NotBefore):
		return &NegativeError{Reason: "the certificate is not valid yet"}
	case endsSoon(chain[0], now):
		_, _ = fmt.Fprintf(g.Stderr, "The certificate ends in %s: renew it.\n", lasting(left))
	}
	return nil
}

func summarize(c *x509.Certificate, now time.Time) (passportSummary, error) {
	list, err := passport.TNAuthListOf(c)
	if err != nil {
		return passportSummary{}, fmt.Errorf("the certificate speaks for no telephone number: %w", err)
	}
	s := passportSummary{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Providers: list.Providers, Domains: c.DNSNames,
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), Left: int64(c.NotAfter.Sub(now) / time.Second), Path: certificatePath + passport.Name(c),
	}
	for _, n := range list.Numbers {
		s.Numbers = append(s.Numbers, "+"+n)
	}
	for _, r := range list.Ranges {
		s.Ranges = append(s.Ranges, "+"+r.Start+":"+strconv.FormatInt(r.Count, 10))
	}
	return s, nil
}

func (s passportSummary) write(g *Globals) error {
	if g.JSON {
		return g.WriteJSON(s)
	}
	var b strings.Builder
	for _, line := range []struct{ name, value string }{
		{"Subject", s.Subject},
		{"Issuer", s.Issuer},
		{"Providers", strings.Join(s.Providers, " ")},
		{"Numbers", strings.Join(s.Numbers, " ")},
		{"Ranges", strings.Join(s.Ranges, " ")},
		{"Domains", strings.Join(s.Domains, " ")},
		{"Valid", s.NotBefore.Format(time.RFC3339) + " to " + s.NotAfter.Format(time.RFC3339)},
		{"Left", lasting(time.Duration(s.Left) * time.Second)},
		{"Served at", s.Path},
	} {
		if line.value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", line.name+":", line.value)
		}
	}
	return g.Printf("%s", b.String())
}

// lasting is a time as people say it; empty for one that is over.
func lasting(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
	default:
		return d.Round(time.Minute).String()
	}
}
