// Command chaincode runs the ledger's contract as a Fabric chaincode service.
//
// The words are Hyperledger Fabric's (chaincode as a service: the peer dials
// us, not we the peer). It adapts Fabric's stub to [ledger.State] and nothing
// more: every rule is in package ledger, deploy/fabric installs and starts it.
//
// The rule: it speaks mutual TLS or not at all. Who could reach the port without
// it would play the organisation's peer.
//
// Its environment: CHAINCODE_ID (the package id), CHAINCODE_ADDRESS,
// CHAINCODE_WRITER_MSP, and the PEM files CHAINCODE_TLS_KEY,
// CHAINCODE_TLS_CERT and CHAINCODE_TLS_CLIENT_CA.
package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/vouchline/vouchline/ledger"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	server, err := configure(os.Getenv)
	if err != nil {
		log.Error("chaincode cannot start", "error", err)
		os.Exit(2)
	}
	log.Info("chaincode starts", "id", server.CCID, "address", server.Address)
	if err := server.Start(); err != nil {
		log.Error("chaincode stopped", "error", err)
		os.Exit(1)
	}
}

func configure(env func(string) string) (*shim.ChaincodeServer, error) {
	var faults []error
	need := func(name string) string {
		v := env(name)
		if v == "" {
			faults = append(faults, fmt.Errorf("%s is not set", name))
		}
		return v
	}
	file := func(name string) []byte {
		path := need(name)
		if path == "" {
			return nil
		}
		b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		return b
	}
	server := &shim.ChaincodeServer{
		CCID:    need("CHAINCODE_ID"),
		Address: need("CHAINCODE_ADDRESS"),
		CC:      chaincode{ledger.Contract{Writer: need("CHAINCODE_WRITER_MSP")}},
		TLSProps: shim.TLSProperties{
			Key:           file("CHAINCODE_TLS_KEY"),
			Cert:          file("CHAINCODE_TLS_CERT"),
			ClientCACerts: file("CHAINCODE_TLS_CLIENT_CA"),
		},
	}
	return server, errors.Join(faults...)
}
