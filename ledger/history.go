package ledger

// History returns what became of an identity: its versions, the first one
// first. It rests on records of the state alone, for Fabric's history index is
// a peer's own: an operator may switch it off, and no proof covers it. The
// first version's record is the identity's own.
func (c Contract) History(s State, id string) ([]Change, error) {
	i, err := c.Identity(s, id)
	if err != nil {
		return nil, err
	}
	keys := make([]string, 0, i.Version)
	for v := 2; v <= i.Version; v++ {
		keys = append(keys, changeKey(id, v))
	}
	later, err := loadAll[Change](s, keys)
	if err != nil {
		return nil, err
	}
	first := Change{Version: 1, Kind: EventIssued, Status: StatusActive, At: i.IssuedAt, TxID: i.TxID}
	return append([]Change{first}, later...), nil
}
