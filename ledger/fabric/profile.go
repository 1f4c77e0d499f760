package fabric

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// A Profile says where our organisation's peers are and who we are there.
type Profile struct {
	Peers       []Peer
	MSPID       string
	Certificate string // PEM file of our X.509 certificate; empty where a [Signer] has it
	Key         string // PEM file of its private key; likewise
	Channel     string
	Chaincode   string
}

// A Peer is one of our organisation's peers, each with a gateway.
type Peer struct {
	Address    string // host:port
	ServerName string // in the peer's certificate, if not the host
	TLSCA      []byte // PEM of the peer's TLS authority
}

// profileFile is the form of our own profile. The network's script writes one
// for each organisation.
type profileFile struct {
	// Peers is the list; the first is preferred.
	Peers []peerEntry `json:"peers,omitempty"`
	// ConnectionProfile takes the place of Peers and MSPID: a common
	// connection profile, as Fabric's tools write it.
	ConnectionProfile string `json:"connection_profile,omitempty"`

	MSPID       string `json:"msp_id,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`
	Channel     string `json:"channel"`
	Chaincode   string `json:"chaincode"`
}

type peerEntry struct {
	Address    string `json:"address"`
	ServerName string `json:"server_name,omitempty"`
	TLSCA      string `json:"tls_ca"` // PEM file
}

// LoadProfile reads a profile. Paths in it are relative to its own folder. All
// faults are reported at once.
func LoadProfile(path string) (Profile, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Profile{}, fmt.Errorf("fabric profile: %w", err)
	}
	var f profileFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return Profile{}, fmt.Errorf("fabric profile %s: %w", path, err)
	}
	r := &profileReader{path: path}
	p := r.resolve(f)
	if err := errors.Join(r.faults...); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// A profileReader collects the faults of one file.
type profileReader struct {
	path   string
	faults []error
}

func (r *profileReader) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("fabric profile %s: %w", r.path, fmt.Errorf(format, args...)))
}

func (r *profileReader) need(name, value string) {
	if value == "" {
		r.fault("%s is missing", name)
	}
}

func (r *profileReader) resolve(f profileFile) Profile {
	p := Profile{
		MSPID: f.MSPID, Certificate: r.beside(f.Certificate), Key: r.beside(f.Key),
		Channel: f.Channel, Chaincode: f.Chaincode,
	}
	switch {
	case f.ConnectionProfile != "" && len(f.Peers) > 0:
		r.fault("peers and connection_profile are both given")
	case f.ConnectionProfile != "":
		r.common(r.beside(f.ConnectionProfile), &p)
	case len(f.Peers) == 0:
		r.fault("peers is missing")
	}
	for k, e := range f.Peers {
		p.Peers = append(p.Peers, r.peer(fmt.Sprintf("peers[%d]", k), e))
	}
	r.need("msp_id", p.MSPID)
	r.need("channel", p.Channel)
	r.need("chaincode", p.Chaincode)
	// Both or neither: without them a Signer must hold the identity.
	if p.Certificate != "" || p.Key != "" {
		r.need("certificate", p.Certificate)
		r.need("key", p.Key)
	}
	return p
}

func (r *profileReader) peer(name string, e peerEntry) Peer {
	p := Peer{Address: e.Address, ServerName: e.ServerName}
	r.need(name+".address", e.Address)
	if _, _, err := net.SplitHostPort(e.Address); e.Address != "" && err != nil {
		r.fault("%s.address is not host:port", name)
	}
	r.need(name+".tls_ca", e.TLSCA)
	if e.TLSCA != "" {
		p.TLSCA = r.authority(name+".tls_ca", r.beside(e.TLSCA))
	}
	return p
}

func (r *profileReader) authority(name, path string) []byte {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		r.fault("%s: %w", name, err)
		return nil
	}
	return r.certificates(name, b)
}

func (r *profileReader) certificates(name string, b []byte) []byte {
	if _, err := (Peer{TLSCA: b}).credentials(); err != nil {
		r.fault("%s: no certificate in it", name)
	}
	return b
}

// beside takes a path in the profile as relative to the profile.
func (r *profileReader) beside(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.path), path)
}
