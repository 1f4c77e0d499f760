package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/vouchline/vouchline/ledger"
)

// collection is the private data collection that deploy/fabric defines.
const collection = "attributes"

// A chaincode runs the contract on what Fabric's shim hands it.
type chaincode struct{ contract ledger.Contract }

var _ shim.Chaincode = chaincode{}

// Init does nothing: a new ledger needs no preparation.
func (chaincode) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke runs one function on one request. A refusal is returned as its text,
// which ledger.ParseError reads back; Fabric then drops the writes.
func (c chaincode) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	// Exactly one argument: another one would be kept in the block unread.
	args := stub.GetArgs()
	if len(args) != 2 {
		return refuse(&ledger.Error{Code: ledger.CodeInvalid, Detail: "a function takes one request"})
	}
	state, err := newState(stub)
	if err != nil {
		return refuse(err)
	}
	// A batch of identities writes some 300 keys; each alone is a round trip to
	// the peer. The shim sends them together when Invoke returns. Nothing is
	// lost by that: the contract never reads what it wrote.
	stub.StartWriteBatch()
	record, err := c.contract.Invoke(state, string(args[0]), args[1])
	if err != nil {
		return refuse(err)
	}
	return shim.Success(record)
}

func refuse(err error) *peer.Response { return shim.Error(err.Error()) }

// state is Fabric's stub seen as [ledger.State].
type state struct {
	stub      shim.ChaincodeStubInterface
	caller    string
	time      time.Time
	transient map[string][]byte
}

var _ ledger.State = (*state)(nil)

func newState(stub shim.ChaincodeStubInterface) (*state, error) {
	caller, err := cid.GetMSPID(stub)
	if err != nil {
		return nil, fmt.Errorf("read caller: %w", err)
	}
	stamp, err := stub.GetTxTimestamp()
	if err != nil {
		return nil, fmt.Errorf("read time: %w", err)
	}
	transient, err := stub.GetTransient()
	if err != nil {
		return nil, fmt.Errorf("read transient data: %w", err)
	}
	return &state{stub: stub, caller: caller, time: stamp.AsTime(), transient: transient}, nil
}

func (s *state) Get(key string) ([]byte, error)         { return s.stub.GetState(key) }
func (s *state) Put(key string, value []byte) error     { return s.stub.PutState(key, value) }
func (s *state) Delete(key string) error                { return s.stub.DelState(key) }
func (s *state) GetAll(keys []string) ([][]byte, error) { return s.stub.GetMultipleStates(keys...) }

func (s *state) Transient(name string) ([]byte, error) { return s.transient[name], nil }
func (s *state) GetPrivate(key string) ([]byte, error) { return s.stub.GetPrivateData(collection, key) }
func (s *state) PutPrivate(key string, value []byte) error {
	return s.stub.PutPrivateData(collection, key, value)
}
func (s *state) PurgePrivate(key string) error { return s.stub.PurgePrivateData(collection, key) }

func (s *state) Emit(events []ledger.Event) error {
	b, err := json.Marshal(events)
	if err != nil {
		return err
	}
	return s.stub.SetEvent(ledger.EventName, b)
}

func (s *state) Caller() string  { return s.caller }
func (s *state) TxID() string    { return s.stub.GetTxID() }
func (s *state) Time() time.Time { return s.time }
