package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigure(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pem")
	if err := os.WriteFile(file, []byte("PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"CHAINCODE_ID": "identity_1:abc", "CHAINCODE_ADDRESS": "127.0.0.1:0", "CHAINCODE_WRITER_MSP": "Org1MSP",
		"CHAINCODE_TLS_KEY": file, "CHAINCODE_TLS_CERT": file, "CHAINCODE_TLS_CLIENT_CA": file,
	}
	got, err := configure(func(name string) string { return env[name] })
	if err != nil || got.CCID != env["CHAINCODE_ID"] || got.TLSProps.Disabled || string(got.TLSProps.ClientCACerts) != "PEM" {
		t.Errorf("configure() = %+v, %v; want mutual TLS", got, err)
	}

	for name := range env { // each alone is needed, TLS included
		_, err := configure(func(n string) string {
			if n == name {
				return ""
			}
			return env[n]
		})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("configure() without %s = %v, want an error naming it", name, err)
		}
	}
	if _, err := configure(func(string) string { return "" }); err == nil || strings.Count(err.Error(), "\n") != len(env)-1 {
		t.Errorf("configure() with nothing set = %v, want all faults at once", err)
	}
}
