package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// A stub is the part of Fabric's stub that the chaincode uses, over maps. What
// it does not have panics.
type stub struct {
	shim.ChaincodeStubInterface

	args           [][]byte
	caller         []byte
	transient      map[string][]byte
	state, private map[string][]byte
	purged         []string
	event          []byte
	batched        bool
	broken         error
}

func (s *stub) GetArgs() [][]byte                        { return s.args }
func (s *stub) GetCreator() ([]byte, error)              { return s.caller, nil }
func (s *stub) GetTxID() string                          { return "tx-" + string(s.args[0]) }
func (s *stub) GetTransient() (map[string][]byte, error) { return s.transient, nil }
func (s *stub) GetState(key string) ([]byte, error)      { return s.state[key], s.broken }
func (s *stub) PutState(key string, value []byte) error  { s.state[key] = value; return nil }
func (s *stub) DelState(key string) error                { delete(s.state, key); return nil }
func (s *stub) StartWriteBatch()                         { s.batched = true }
func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), nil
}

func (s *stub) GetMultipleStates(keys ...string) ([][]byte, error) {
	var out [][]byte
	for _, key := range keys {
		out = append(out, s.state[key])
	}
	return out, s.broken
}

func (s *stub) GetPrivateData(in, key string) ([]byte, error) { return s.private[in+"/"+key], nil }
func (s *stub) PutPrivateData(in, key string, value []byte) error {
	s.private[in+"/"+key] = value
	return nil
}

func (s *stub) PurgePrivateData(in, key string) error {
	delete(s.private, in+"/"+key)
	s.purged = append(s.purged, in+"/"+key)
	return nil
}

func (s *stub) SetEvent(name string, payload []byte) error {
	if name != ledger.EventName {
		return errors.New("the event has another name")
	}
	s.event = payload
	return nil
}

// newStub is an empty ledger with the manager registered.
func newStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{state: map[string][]byte{}, private: map[string][]byte{}, caller: creator(t, "Org1MSP")}
	s.must(t, ledger.FuncRegisterOrganisation, ledger.Organisation{ID: "manager", Name: "Manager", Role: ledger.RoleIssuer, MSP: "Org1MSP"})
	return s
}

// creator is a caller's serialized identity, with a certificate of its own.
func creator(t *testing.T, mspID string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := proto.Marshal(&msp.SerializedIdentity{Mspid: mspID, IdBytes: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// run invokes a function and returns its answer or its refusal's text.
func (s *stub) run(t *testing.T, function string, request any) (answer []byte, refusal string) {
	t.Helper()
	b, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	s.args, s.event = [][]byte{[]byte(function), b}, nil
	r := chaincode{ledger.Contract{Writer: "Org1MSP"}}.Invoke(s)
	if r.GetStatus() != shim.OK {
		return nil, r.GetMessage()
	}
	return r.GetPayload(), ""
}

func (s *stub) must(t *testing.T, function string, request any) ledger.Answer {
	t.Helper()
	b, refusal := s.run(t, function, request)
	var a ledger.Answer
	if err := json.Unmarshal(b, &a); refusal != "" || err != nil {
		t.Fatalf("%s = %s, %q, %v; want an answer", function, b, refusal, err)
	}
	return a
}

func TestStateIsFabrics(t *testing.T) {
	t.Parallel()
	s, in := newStub(t), ledgertest.NewSealedIssue()
	s.transient = map[string][]byte{in.SealedDigest: in.Sealed}
	a := s.must(t, ledger.FuncIssueIdentity, in)
	if a.TxID != "tx-IssueIdentity" || !s.batched {
		t.Errorf("IssueIdentity = %+v, in a write batch: %t; want this transaction and a batch", a, s.batched)
	}
	place := "attributes/sealed/" + in.ID
	if !bytes.Equal(s.private[place], in.Sealed) {
		t.Errorf("the collection holds %q, want the sealed attributes at %s", s.private, place)
	}
	var i ledger.Identity
	if err := json.Unmarshal(a.Record, &i); err != nil || i.IssuedAt.Year() != 2026 || i.Issuer != "manager" {
		t.Errorf("IssueIdentity = %+v, %v; want Fabric's time and caller", i, err)
	}
	wantEvents(t, s, ledger.Event{Kind: ledger.EventIssued, Identity: in.ID, Version: 1})
	for key, value := range s.state {
		if bytes.Contains(value, in.Sealed[20:80]) {
			t.Errorf("the channel's state holds sealed attributes at %s", key)
		}
	}
	s.must(t, ledger.FuncEraseIdentity, ledger.ByID{ID: in.ID})
	wantEvents(t, s, ledger.Event{Kind: ledger.EventErased, Identity: in.ID, Version: 2})
	if diff := cmp.Diff([]string{place}, s.purged); diff != "" || len(s.private) != 0 {
		t.Errorf("erasure purged (-want +got):\n%s", diff)
	}
	s.must(t, ledger.FuncIdentity, ledger.ByID{ID: in.ID})
	if s.event != nil {
		t.Errorf("reading set the event %s", s.event)
	}
}

func wantEvents(t *testing.T, s *stub, want ...ledger.Event) {
	t.Helper()
	var got []ledger.Event
	if err := json.Unmarshal(s.event, &got); err != nil {
		t.Errorf("the event %s: %v", s.event, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the event (-want +got):\n%s", diff)
	}
}

func TestRefusalsKeepTheirWords(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	batch := []ledger.Issue{ledgertest.NewIssue(), ledgertest.NewIssue()}
	batch[1].Nullifiers = batch[0].Nullifiers
	_, text := s.run(t, ledger.FuncIssueIdentities, batch)
	if item, ok := ledger.ParseItemError(text); !ok || item.Item != 1 || item.Err.Code != ledger.CodeDuplicatePerson {
		t.Errorf("IssueIdentities(one person twice) = %q, want item 1: duplicate_person", text)
	}
	s.caller = creator(t, "Org2MSP")
	_, text = s.run(t, ledger.FuncIssueIdentity, batch[0])
	if refusal, ok := ledger.ParseError(text); !ok || refusal.Code != ledger.CodeForbidden {
		t.Errorf("IssueIdentity(by Org2MSP) = %q, want forbidden", text)
	}
	s.caller = creator(t, "Org1MSP")
	s.broken = errors.New("the peer is gone")
	if _, text = s.run(t, ledger.FuncIssueIdentity, batch[0]); !strings.Contains(text, "the peer is gone") {
		t.Errorf("IssueIdentity(broken state) = %q, want the peer's words", text)
	}
	if _, ok := ledger.ParseError(text); ok {
		t.Errorf("IssueIdentity(broken state) = %q, which passes for a refusal", text)
	}

	s.args = [][]byte{[]byte(ledger.FuncIdentity), []byte(`{"id":"abc"}`), []byte("Erika Mustermann")}
	r := chaincode{ledger.Contract{Writer: "Org1MSP"}}.Invoke(s)
	if refusal, ok := ledger.ParseError(r.GetMessage()); !ok || refusal.Code != ledger.CodeInvalid {
		t.Errorf("Invoke(another argument) = %v, want invalid: a block would keep it", r)
	}
	s.caller = []byte("nobody")
	if r := (chaincode{}).Invoke(s); r.GetStatus() == shim.OK {
		t.Errorf("Invoke(by nobody) = %v, want an error", r)
	}
}
