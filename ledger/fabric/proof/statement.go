package proof

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

// checkStatements verifies the statements and that they agree. They are in the
// order of their MSPs, one of each.
func (t Trust) checkStatements(raw [][]byte) (all statement, witnesses []Signer, err error) {
	var msps []string
	for k, b := range raw {
		s, by, err := t.checkStatement(b)
		if err != nil {
			return all, nil, err
		}
		switch {
		case k == 0:
			all = s
		case by.MSP <= msps[k-1]:
			return all, nil, refused("the statements are not in the order of their MSPs")
		case !reflect.DeepEqual(s.record, all.record) || !proto.Equal(s.version, all.version):
			return all, nil, refused("the statements differ")
		case s.at.Before(all.at):
			all.at = s.at
		}
		msps, witnesses = append(msps, by.MSP), append(witnesses, by)
	}
	for _, needed := range t.Witnesses {
		if !slices.Contains(msps, needed) {
			return all, nil, refused("no peer of %q states it", needed)
		}
	}
	return all, witnesses, nil
}

// checkStatement verifies one peer's answer to the reading function.
func (t Trust) checkStatement(raw []byte) (s statement, by Signer, err error) {
	tx, err := t.open(raw)
	if err != nil {
		return s, by, err
	}
	if len(tx.endorsements) != 1 {
		return s, by, refused("a statement is not signed by one peer")
	}
	endorsers, err := t.endorsers(tx, RoleWriter, RoleWitness)
	if err != nil {
		return s, by, err
	}
	by = Signer{"witness", endorsers[0].msp, endorsers[0].subject, tx.at}
	if s, err = t.statementIn(tx); err != nil {
		return s, by, err
	}
	return s, by, nil
}

func (t Trust) statementIn(tx transaction) (s statement, err error) {
	var asked ledger.ByID
	var answer ledger.Answer
	if tx.function != ledger.FuncIdentity {
		return s, refused("a statement answers the function %q", tx.function)
	}
	if err := json.Unmarshal(tx.request, &asked); err != nil {
		return s, refused("a statement answers no request")
	}
	if again, err := json.Marshal(asked); err != nil || !bytes.Equal(again, tx.request) {
		return s, refused("a statement's request is not in canonical form")
	}
	if json.Unmarshal(tx.answer, &answer) != nil || json.Unmarshal(answer.Record, &s.record) != nil {
		return s, refused("a statement has no record")
	}
	if s.record.ID != asked.ID || s.record.UpdateTxID != answer.TxID {
		return s, refused("a statement's record is of another identity")
	}
	sets, err := t.sets(tx)
	if err != nil {
		return s, err
	}
	s.at = tx.at
	s.version, err = readAt(sets, identityKey(asked.ID))
	return s, err
}
