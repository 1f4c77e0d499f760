package fabric

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoadProfile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(content string) string {
		path := filepath.Join(dir, "profile.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	got, err := LoadProfile(write(`{"peer":"h:1","tls_ca":"a.pem","msp_id":"M","certificate":"/b.pem","key":"k/c","channel":"c","chaincode":"d"}`))
	want := Profile{Peer: "h:1", TLSCA: filepath.Join(dir, "a.pem"), MSPID: "M", Certificate: "/b.pem", Key: filepath.Join(dir, "k", "c"), Channel: "c", Chaincode: "d"}
	if err != nil || got != want {
		t.Errorf("LoadProfile() = %+v, %v; want %+v", got, err, want)
	}
	for _, c := range []struct{ name, content, want string }{
		{"not JSON", `peer: h`, "invalid character"},
		{"an unknown field", `{"peers":"h:1"}`, "unknown field"},
		{"all faults at once", `{"peer":"h:1"}`, "channel is missing\nfabric profile " + filepath.Join(dir, "profile.json") + ": chaincode is missing"},
	} {
		if _, err := LoadProfile(write(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: LoadProfile() = %v, want %q in it", c.name, err, c.want)
		}
	}
	if _, err := LoadProfile(filepath.Join(dir, "none.json")); err == nil {
		t.Error("LoadProfile(no file) = nil, want an error")
	}
	if _, err := Connect(want, Timeouts{}); err == nil {
		t.Error("Connect(files that are not there) = nil, want an error")
	}
}
