package ledger

import "errors"

// MaxBatch is how many identities one transaction may issue.
const MaxBatch = 100

// An Issued is what IssueIdentities answers for each request: a block keeps the
// answer too, so it holds no more than who asked cannot know.
type Issued struct {
	ID   string `json:"id"`
	TxID string `json:"tx_id"` // the transaction that issued it
}

// IssueIdentity writes a new identity. It is idempotent by id: the same
// content again returns the record as it is now, other content is CodeExists.
// A nullifier that a living identity holds makes it CodeDuplicatePerson.
func (c Contract) IssueIdentity(s State, in Issue) (Identity, error) {
	issued, err := c.issue(s, []Issue{in})
	if err != nil {
		var item *ItemError
		if errors.As(err, &item) {
			err = item.Err
		}
		return Identity{}, err
	}
	return issued[0], nil
}

// IssueIdentities does what IssueIdentity would do for each request in turn, in
// one transaction: all of it or, with an [ItemError] for the first that is
// refused, nothing. Those of the batch that an earlier transaction issued are
// left as they are, so that a batch of unknown outcome can be sent again.
func (c Contract) IssueIdentities(s State, in []Issue) ([]Issued, error) {
	if err := c.mayWrite(s); err != nil {
		return nil, err
	}
	if len(in) == 0 || len(in) > MaxBatch {
		return nil, invalid("a batch has from 1 to 100 identities")
	}
	identities, err := c.issue(s, in)
	if err != nil {
		return nil, err
	}
	out := make([]Issued, len(identities))
	for k, i := range identities {
		out[k] = Issued{i.ID, i.TxID}
	}
	return out, nil
}

func (c Contract) issue(s State, in []Issue) ([]Identity, error) {
	if err := c.mayWrite(s); err != nil {
		return nil, err
	}
	in = canonical(in)
	for k, i := range in { // before anything is read
		if err := i.validate(); err != nil {
			return nil, ofItem(k, err)
		}
	}
	issuer, err := c.issuer(s)
	if err != nil {
		return nil, err
	}
	b, err := newBatch(s, in)
	if err != nil {
		return nil, err
	}
	out, events := make([]Identity, len(in)), []Event{}
	for k, i := range in {
		identity, wrote, err := issueOne(b, issuer, i)
		if err != nil {
			return nil, ofItem(k, err)
		}
		out[k] = identity
		if wrote {
			events = append(events, Event{EventIssued, i.ID, 1})
		}
	}
	if len(events) == 0 {
		return out, nil
	}
	return out, s.Emit(events)
}

// issueOne reports whether it wrote anything.
func issueOne(s State, issuer string, in Issue) (Identity, bool, error) {
	was, found, err := load[Identity](s, identityKey(in.ID))
	switch {
	case err != nil:
		return Identity{}, false, err
	case found && was.Status == StatusErased:
		return Identity{}, false, errErased
	case found && was.IssuedFrom(in):
		return was, false, nil
	case found:
		return Identity{}, false, &Error{CodeExists, "another identity has this id"}
	}
	if err := claim(s, in.ID, in.Nullifiers); err != nil {
		return Identity{}, false, err
	}
	if err := keepSealed(s, in); err != nil {
		return Identity{}, false, err
	}
	i := Identity{
		ID: in.ID, Attributes: in.Attributes, Nullifiers: in.Nullifiers, HolderKey: in.HolderKey,
		Status: StatusActive, Assurance: in.Assurance, Issuer: issuer,
		IssuedAt: timeOf(s), UpdatedAt: timeOf(s), Version: 1, TxID: s.TxID(), UpdateTxID: s.TxID(),
		IssueDigest: in.digest(), SealedDigest: in.SealedDigest,
	}
	return i, true, store(s, identityKey(i.ID), i)
}

// ofItem says which request of a batch a refusal is about.
func ofItem(k int, err error) error {
	var refusal *Error
	if errors.As(err, &refusal) {
		return &ItemError{Item: k, Err: refusal}
	}
	return err
}

func canonical(in []Issue) []Issue {
	out := make([]Issue, len(in))
	for k, i := range in {
		out[k] = i.canonical()
	}
	return out
}
