package fabric

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A folder holds the files of one test.
type folder struct {
	t   *testing.T
	dir string
}

func newFolder(t *testing.T) folder {
	t.Helper()
	return folder{t, t.TempDir()}
}

func (f folder) write(name, content string) string {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

func TestLoadProfile(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	ca := string(newAuthority(t).pem())
	f.write("tls/ca.pem", ca)
	got, err := LoadProfile(f.write("profile.json", `{
		"peers": [
			{"address": "a:1", "tls_ca": "tls/ca.pem"},
			{"address": "b:2", "server_name": "peer1", "tls_ca": `+quoted(filepath.Join(f.dir, "tls/ca.pem"))+`}
		],
		"msp_id": "M", "certificate": "/b.pem", "key": "k/c", "channel": "c", "chaincode": "d"}`))
	want := Profile{
		Peers: []Peer{{Address: "a:1", TLSCA: []byte(ca)}, {Address: "b:2", ServerName: "peer1", TLSCA: []byte(ca)}},
		MSPID: "M", Certificate: "/b.pem", Key: filepath.Join(f.dir, "k", "c"), Channel: "c", Chaincode: "d",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("LoadProfile() = %v (-want +got):\n%s", err, diff)
	}
	if _, err := Connect(want, Config{}); err == nil || strings.Count(err.Error(), "no such file") != 2 {
		t.Errorf("Connect(files that are not there) = %v, want both named", err)
	}
	want.Certificate, want.Key = "", ""
	if _, err := Connect(want, Config{}); err == nil || !strings.Contains(err.Error(), "no signer") {
		t.Errorf("Connect(no identity) = %v, want an error", err)
	}
}

func TestProfileFaults(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("empty.pem", "")
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"not JSON", `peers: h`, []string{"invalid character"}},
		{"an unknown field", `{"peer":"h:1"}`, []string{"json: unknown field"}},
		{"all at once", `{"peers":[{"address":"h"},{"tls_ca":"none.pem"},{"address":"h:1","tls_ca":"empty.pem"}],"key":"k"}`, []string{
			"peers[0].address is not host:port", "peers[0].tls_ca is missing",
			"peers[1].address is missing", "peers[1].tls_ca: open", "peers[2].tls_ca: no certificate in it",
			"msp_id is missing", "channel is missing", "chaincode is missing", "certificate is missing",
		}},
		{"no peers", `{"msp_id":"M","channel":"c","chaincode":"d"}`, []string{"peers is missing"}},
		{"two sources", `{"peers":[{}],"connection_profile":"c.json"}`, []string{"peers and connection_profile are both given"}},
		{"no connection profile", `{"connection_profile":"c.json"}`, []string{"connection_profile: open"}},
	} {
		path := f.write("profile.json", c.content)
		_, err := LoadProfile(path)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), "fabric profile "+path+": "+want) {
				t.Errorf("%s: LoadProfile() = %v, want %q in it", c.name, err, want)
			}
		}
	}
	if _, err := LoadProfile(filepath.Join(f.dir, "none.json")); err == nil {
		t.Error("LoadProfile(no file) = nil, want an error")
	}
}

// The forms are those that Fabric's test network and its operations console
// write.
func TestCommonConnectionProfile(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	ca := string(newAuthority(t).pem())
	f.write("net/ca.pem", ca)
	f.write("net/org.json", `{
		"name": "network", "version": "1.0.0", "client": {"organization": "Org1", "connection": {"timeout": {"peer": {"endorser": "300"}}}},
		"organizations": {"Org1": {"mspid": "Org1MSP", "peers": ["peer0.org1", "peer1.org1"], "certificateAuthorities": ["ca.org1"]}, "Org2": {"mspid": "Org2MSP", "peers": ["peer0.org2"]}},
		"peers": {
			"peer0.org1": {"url": "grpcs://localhost:7051", "tlsCACerts": {"pem": `+quoted(ca)+`}, "grpcOptions": {"ssl-target-name-override": "peer0.org1", "hostnameOverride": "other"}},
			"peer1.org1": {"url": "grpcs://10.0.0.2:7051", "tlsCACerts": {"path": "ca.pem"}, "grpcOptions": {"hostnameOverride": "peer1.org1"}},
			"peer0.org2": {"url": "grpcs://localhost:9051"}}}`)
	f.write("net/org.yaml", `
client:
  organization: Org1
organizations:
  Org1:
    mspid: Org1MSP
    peers: [peer0.org1, peer1.org1]
peers:
  peer0.org1:
    url: grpcs://localhost:7051
    tlsCACerts:
      pem: |
        `+strings.ReplaceAll(strings.TrimSpace(ca), "\n", "\n        ")+`
    grpcOptions:
      ssl-target-name-override: peer0.org1
  peer1.org1:
    url: grpcs://10.0.0.2:7051
    tlsCACerts:
      path: `+filepath.Join(f.dir, "net/ca.pem")+`
    grpcOptions:
      hostnameOverride: peer1.org1
`)
	want := Profile{
		Peers: []Peer{
			{Address: "localhost:7051", ServerName: "peer0.org1", TLSCA: []byte(ca)},
			{Address: "10.0.0.2:7051", ServerName: "peer1.org1", TLSCA: []byte(ca)},
		},
		MSPID: "Org1MSP", Certificate: filepath.Join(f.dir, "cert.pem"), Key: filepath.Join(f.dir, "key.pem"), Channel: "c", Chaincode: "d",
	}
	for _, name := range []string{"org.json", "org.yaml"} {
		got, err := LoadProfile(f.write("profile.json", `{"connection_profile":"net/`+name+`","certificate":"cert.pem","key":"key.pem","channel":"c","chaincode":"d"}`))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("LoadProfile(%s) = %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestCommonConnectionProfileFaults(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"not YAML", "\t", []string{"found character"}},
		{"nothing", `{}`, []string{"client.organization is missing"}},
		{"another organisation", `{"client":{"organization":"Org1"}}`, []string{"organizations.Org1 is missing"}},
		{"no peers", `{"client":{"organization":"Org1"},"organizations":{"Org1":{"mspid":"M"}}}`, []string{"organizations.Org1.peers is missing"}},
		{"all at once", `{"client":{"organization":"Org1"},"organizations":{"Org1":{"mspid":"Other","peers":["a","b","c","d"]}},
			"peers":{"a":{"url":"grpc://h:1","tlsCACerts":{"pem":"-"}},"b":{"url":"grpcs://h"},"c":{}}}`, []string{
			"peers.a.url is not grpcs: peers are spoken to over TLS only", "peers.a.tlsCACerts.pem: no certificate in it",
			"peers.b.url is not grpcs://host:port", "peers.b.tlsCACerts is missing", "peers.c.url is missing", "peers.d is missing",
		}},
	} {
		f.write("common", c.content)
		_, err := LoadProfile(f.write("profile.json", `{"connection_profile":"common","msp_id":"M","channel":"c","chaincode":"d"}`))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), "connection_profile: "+want) && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: LoadProfile() = %v, want %q in it", c.name, err, want)
			}
		}
		if c.name == "all at once" && !strings.Contains(err.Error(), "msp_id is M, but the connection profile's organization is Other") {
			t.Errorf("%s: LoadProfile() = %v, want the other MSP named", c.name, err)
		}
	}
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string cannot fail
	}
	return string(b)
}
