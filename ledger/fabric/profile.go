package fabric

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A Profile says where an organisation's peer is and who we are there. The
// network's script writes one for each organisation.
type Profile struct {
	Peer        string `json:"peer"`                  // host:port of the gateway
	ServerName  string `json:"server_name,omitempty"` // in the peer's certificate, if not the host
	TLSCA       string `json:"tls_ca"`                // PEM file of the peer's TLS authority
	MSPID       string `json:"msp_id"`
	Certificate string `json:"certificate"` // PEM file of our X.509 certificate
	Key         string `json:"key"`         // PEM file of its private key
	Channel     string `json:"channel"`
	Chaincode   string `json:"chaincode"`
}

// LoadProfile reads a profile. Paths in it are relative to its own folder. All
// faults are reported at once.
func LoadProfile(path string) (Profile, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Profile{}, fmt.Errorf("fabric profile: %w", err)
	}
	var p Profile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("fabric profile %s: %w", path, err)
	}
	var faults []error
	for _, field := range []struct {
		name  string
		value *string
		file  bool
	}{
		{"peer", &p.Peer, false},
		{"tls_ca", &p.TLSCA, true},
		{"msp_id", &p.MSPID, false},
		{"certificate", &p.Certificate, true},
		{"key", &p.Key, true},
		{"channel", &p.Channel, false},
		{"chaincode", &p.Chaincode, false},
	} {
		switch {
		case *field.value == "":
			faults = append(faults, fmt.Errorf("fabric profile %s: %s is missing", path, field.name))
		case field.file && !filepath.IsAbs(*field.value):
			*field.value = filepath.Join(filepath.Dir(path), *field.value)
		}
	}
	return p, errors.Join(faults...)
}
