package ledger

import (
	"bytes"
	"encoding/json"
	"io"
)

// An Answer is what a function leaves, in the form of the wire. TxID is the
// transaction that brought the record to this form: this one, if it wrote; an
// earlier one, if there was nothing left to do.
type Answer struct {
	TxID   string          `json:"tx_id"`
	Record json.RawMessage `json:"record"`
}

// Invoke runs the function that a request from the wire names and returns an
// [Answer] as JSON. The request must be byte for byte what
// encoding/json writes for it, which leaves no room for a second value of the
// same key, a field in another case, or a comment in white space: Fabric keeps
// the request in the block, where nothing is ever removed.
func (c Contract) Invoke(s State, function string, request []byte) ([]byte, error) {
	if function == FuncIssueIdentities { // the one that is larger, and answers for several transactions
		return serve(request, MaxBatch*MaxRequestSize, lastIssued(s), func(in []Issue) ([]Issued, error) {
			return c.IssueIdentities(s, in)
		})
	}
	run, ok := functions[function]
	if !ok {
		return nil, invalid("no such function")
	}
	return run(c, s, request)
}

// A function runs one method of the contract on a request from the wire.
type function func(Contract, State, []byte) ([]byte, error)

// of runs a method; by says which transaction left its result so.
func of[In, Out any](method func(Contract, State, In) (Out, error), by func(Out) string) function {
	return func(c Contract, s State, request []byte) ([]byte, error) {
		return serve(request, MaxRequestSize, by, func(in In) (Out, error) { return method(c, s, in) })
	}
}

// byID runs a method that takes nothing but an id.
func byID[Out any](method func(Contract, State, string) (Out, error), by func(Out) string) function {
	return of(func(c Contract, s State, r ByID) (Out, error) { return method(c, s, r.ID) }, by)
}

// lastIssued names this transaction if it issued any of the batch.
func lastIssued(s State) func([]Issued) string {
	return func(batch []Issued) string {
		for _, i := range batch {
			if i.TxID == s.TxID() {
				return i.TxID
			}
		}
		return batch[0].TxID
	}
}

// serve decodes a request, runs f and encodes what it leaves.
func serve[In, Out any](request []byte, limit int, by func(Out) string, f func(In) (Out, error)) ([]byte, error) {
	if len(request) > limit {
		return nil, invalid("the request is too large")
	}
	in, err := decodeRequest[In](request)
	if err != nil {
		return nil, err
	}
	out, err := f(in)
	if err != nil {
		return nil, err
	}
	record, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return json.Marshal(Answer{TxID: by(out), Record: record})
}

func decodeRequest[T any](request []byte) (v T, err error) {
	d := json.NewDecoder(bytes.NewReader(request))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, invalid("the request is not JSON of the function's form")
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // Token returns io.EOF bare
		return v, invalid("the request has something after its end")
	}
	again, err := json.Marshal(v)
	if err != nil || !bytes.Equal(again, request) {
		return v, invalid("the request is not in canonical form")
	}
	return v, nil
}
