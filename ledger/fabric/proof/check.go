package proof

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"

	"github.com/vouchline/vouchline/ledger"
)

// A Result is what a proof shows.
type Result struct {
	Record    ledger.Identity `json:"record"`
	Location  ledger.Location `json:"location"`
	BlockHash string          `json:"block_hash"` // of the header, hexadecimal
	Function  string          `json:"function"`   // that changed the record last
	Time      time.Time       `json:"time"`       // of that transaction, by its creator's clock
	AsOf      time.Time       `json:"as_of"`      // of the oldest statement, by the clock of who asked
	Signers   []Signer        `json:"signers"`
}

// A Signer is one of those on whose word a proof rests.
type Signer struct {
	Role    string    `json:"role"` // "creator", "endorser", "orderer" or "witness"
	MSP     string    `json:"msp"`
	Subject string    `json:"subject"` // of the certificate
	At      time.Time `json:"at"`
}

// identityKey is where the contract keeps an identity's record.
func identityKey(id string) string { return "identity/" + id }

// Check verifies a proof against a trust file; see [Trust.Check].
func Check(b, trust []byte) (Result, error) {
	t, err := ParseTrust(trust)
	if err != nil {
		return Result{}, err
	}
	return t.Check(b)
}

// Check verifies a proof and returns what it shows. Errors match [ErrRefused].
func (t Trust) Check(b []byte) (Result, error) {
	content, err := unseal(b)
	if err != nil {
		return Result{}, err
	}
	return t.checkContent(content)
}

func (t Trust) checkContent(content []byte) (Result, error) {
	f, err := open(content)
	if err != nil {
		return Result{}, err
	}
	if err := checkData(f.block); err != nil {
		return Result{}, err
	}
	stated, witnesses, err := t.checkStatements(f.statements)
	if err != nil {
		return Result{}, err
	}
	envelopes := f.block.GetData().GetData()
	if stated.version.GetBlockNum() != f.block.GetHeader().GetNumber() || stated.version.GetTxNum() >= uint64(len(envelopes)) {
		return Result{}, refused("the statements say that the record comes from another block")
	}
	tx, signers, err := t.checkWrite(envelopes[stated.version.GetTxNum()])
	if err != nil {
		return Result{}, err
	}
	orderer, hash, err := t.checkOrderer(f.block, tx.at)
	if err != nil {
		return Result{}, err
	}
	record, err := t.recordIn(tx, stated)
	if err != nil {
		return Result{}, err
	}
	return Result{
		Record: record, Function: tx.function, Time: tx.at, AsOf: stated.at, BlockHash: hex.EncodeToString(hash),
		Location: ledger.Location{
			TxID: tx.id, Block: f.block.GetHeader().GetNumber(), Network: ledger.NetworkFabric, Channel: t.Channel,
		},
		Signers: slices.Concat(signers, []Signer{{"orderer", orderer.msp, orderer.subject, tx.at}}, witnesses),
	}, nil
}

// checkWrite verifies the transaction that wrote the record: its creator's
// signature, that the creator's organisation writes, and its endorsements.
func (t Trust) checkWrite(raw []byte) (tx transaction, _ []Signer, err error) {
	envelope, err := decode[common.Envelope]("the transaction", raw)
	if err != nil {
		return tx, nil, err
	}
	if tx, err = t.open(envelope.GetPayload()); err != nil {
		return tx, nil, err
	}
	creator, err := t.identify("the creator", tx.creator, tx.at, "", RoleWriter, RoleWitness)
	if err != nil {
		return tx, nil, err
	}
	if !slices.Contains(t.Writers, creator.msp) {
		return tx, nil, refused("the creator is of MSP %q, which may not write", creator.msp)
	}
	if err := creator.verify("the creator", envelope.GetSignature(), envelope.GetPayload()); err != nil {
		return tx, nil, err
	}
	endorsers, err := t.endorsers(tx, RoleWriter, RoleWitness)
	if err != nil {
		return tx, nil, err
	}
	signers := []Signer{{"creator", creator.msp, creator.subject, tx.at}}
	enough := false
	for _, e := range endorsers {
		enough = enough || slices.Contains(t.Writers, e.msp)
		signers = append(signers, Signer{"endorser", e.msp, e.subject, tx.at})
	}
	if !enough {
		return tx, nil, refused("no peer of %q endorsed the transaction", t.Writers)
	}
	return tx, signers, nil
}

// recordIn returns the record that the transaction wrote, if it is the one of
// which the statements speak.
func (t Trust) recordIn(tx transaction, stated statement) (record ledger.Identity, err error) {
	sets, err := t.sets(tx)
	if err != nil {
		return record, err
	}
	value, err := written(sets, identityKey(stated.record.ID))
	if err != nil {
		return record, err
	}
	if err := json.Unmarshal(value, &record); err != nil {
		return record, refused("the record is not an identity's")
	}
	if record.UpdateTxID != tx.id || !reflect.DeepEqual(record, stated.record) {
		return record, refused("the statements speak of another record than the transaction wrote")
	}
	return record, nil
}

// A statement is what a peer signed about a record: its content, and which
// transaction of which block it comes from.
type statement struct {
	record  ledger.Identity
	version *kvrwset.Version
	at      time.Time
}
