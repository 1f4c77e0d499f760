package proof

import (
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
)

// sets returns what a transaction read and wrote in our chaincode's namespace.
func (t Trust) sets(tx transaction) (*kvrwset.KVRWSet, error) {
	all, err := decode[rwset.TxReadWriteSet]("a read and write set", tx.results)
	if err != nil {
		return nil, err
	}
	var ours []byte
	found := 0
	for _, ns := range all.GetNsRwset() {
		if ns.GetNamespace() == t.Chaincode {
			ours, found = ns.GetRwset(), found+1
		}
	}
	if found != 1 {
		return nil, refused("a transaction touches %q %d times, not once", t.Chaincode, found)
	}
	return decode[kvrwset.KVRWSet]("a read and write set of "+t.Chaincode, ours)
}

// readAt returns where the ledger's state of a key came from, by the read set
// of a transaction that read it and wrote nothing.
func readAt(sets *kvrwset.KVRWSet, key string) (*kvrwset.Version, error) {
	if len(sets.GetWrites())+len(sets.GetMetadataWrites()) > 0 {
		return nil, refused("a statement writes")
	}
	var at *kvrwset.Version
	found := 0
	for _, read := range sets.GetReads() {
		if read.GetKey() == key {
			at, found = read.GetVersion(), found+1
		}
	}
	if found != 1 || at == nil {
		return nil, refused("a statement does not say which transaction the record comes from")
	}
	return at, nil
}

// written returns what a transaction wrote to a key.
func written(sets *kvrwset.KVRWSet, key string) ([]byte, error) {
	var value []byte
	found := 0
	for _, w := range sets.GetWrites() {
		if w.GetKey() == key && !w.GetIsDelete() {
			value, found = w.GetValue(), found+1
		}
	}
	if found != 1 {
		return nil, refused("the transaction does not write the identity's record")
	}
	return value, nil
}
