package ledger

import "fmt"

// claim gives nullifiers to an identity. One that it holds already stays; one
// that another holds is CodeDuplicatePerson.
func claim(s State, id string, nullifiers []string) error {
	holders, err := holdersOf(s, nullifiers)
	if err != nil {
		return err
	}
	for k, n := range nullifiers {
		switch holders[k] {
		case id:
		case "":
			if err := s.Put(nullifierKey(n), []byte(id)); err != nil {
				return fmt.Errorf("write nullifier: %w", err)
			}
		default:
			return &Error{CodeDuplicatePerson, "a nullifier belongs to another identity"}
		}
	}
	return nil
}

// free lets others have the nullifiers that an identity holds. After a
// revocation another identity may hold them: then they stay where they are.
func free(s State, id string, nullifiers []string) error {
	holders, err := holdersOf(s, nullifiers)
	if err != nil {
		return err
	}
	for k, n := range nullifiers {
		if holders[k] != id {
			continue
		}
		if err := s.Delete(nullifierKey(n)); err != nil {
			return fmt.Errorf("free nullifier: %w", err)
		}
	}
	return nil
}

// holdersOf returns who holds each of the nullifiers, "" where nobody does.
func holdersOf(s State, nullifiers []string) ([]string, error) {
	keys := make([]string, len(nullifiers))
	for k, n := range nullifiers {
		keys[k] = nullifierKey(n)
	}
	values, err := s.GetAll(keys)
	if err != nil {
		return nil, fmt.Errorf("read nullifiers: %w", err)
	}
	holders := make([]string, len(values))
	for k, v := range values {
		holders[k] = string(v)
	}
	return holders, nil
}
