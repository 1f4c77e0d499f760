package embedded

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxLine is far above what the contract lets a transaction write, a whole
// batch among them.
const maxLine = 16 << 20

// ErrTampered matches every [TamperedError].
var ErrTampered = errors.New("ledger/embedded: the log was tampered with")

// A TamperedError says where the log stops being what was written.
type TamperedError struct {
	Seq    uint64 // of the first entry that is wrong
	Reason string
}

func (e *TamperedError) Error() string {
	return fmt.Sprintf("ledger/embedded: entry %d: %s", e.Seq, e.Reason)
}

// Is makes the error match [ErrTampered].
func (*TamperedError) Is(target error) bool { return target == ErrTampered }

// A chain is what the log says after its last entry.
type chain struct {
	state   map[string][]byte
	private map[string]privateValue
	blocks  map[string]uint64 // by transaction
	starts  []int64           // where each entry begins in the file
	next    uint64            // sequence number of the next entry
	hash    string            // of the last line
	size    int64             // of the whole entries, in bytes
	torn    int64             // bytes after them that a crash left
	key     ed25519.PublicKey
	last    time.Time
}

// replay reads a whole log signed with key. What follows the acknowledged
// entries may be torn; nothing else may.
//
// Every acknowledged line is held by the hash in the next one, and the last of
// them by the signed head: their own signatures can add nothing, and checking
// them is most of the work. Only who verifies wants each of them.
func replay(log io.Reader, key ed25519.PublicKey, acknowledged *head, each bool) (*chain, error) {
	c := &chain{state: map[string][]byte{}, private: map[string]privateValue{}, blocks: map[string]uint64{}, key: key}
	r := bufio.NewReaderSize(log, 64<<10)
	for {
		line, err := readLine(r)
		switch {
		case errors.Is(err, io.EOF):
			return c.ends(acknowledged, int64(len(line)))
		case err != nil && !errors.Is(err, errForm):
			return nil, fmt.Errorf("read log: %w", err)
		}
		if err == nil {
			err = c.accept(line, !each && acknowledged != nil && c.next <= acknowledged.Seq)
		}
		if err != nil {
			// A line nobody was told of: the pages of a group reached the disk
			// in another order than they were written.
			if acknowledged != nil && c.next > acknowledged.Seq {
				rest, err := io.Copy(io.Discard, r)
				if err != nil {
					return nil, fmt.Errorf("read log: %w", err)
				}
				return c.ends(acknowledged, int64(len(line))+1+rest)
			}
			return nil, &TamperedError{c.next, err.Error()}
		}
		if acknowledged != nil && c.next == acknowledged.Seq+1 && c.hash != acknowledged.Hash {
			return nil, &TamperedError{acknowledged.Seq, "the head names another entry"}
		}
	}
}

// ends is the end of the log and torn bytes after it. It fails if acknowledged
// entries are missing.
func (c *chain) ends(acknowledged *head, torn int64) (*chain, error) {
	switch {
	case acknowledged == nil && c.next > 1:
		return nil, &TamperedError{c.next - 1, "the head file is missing"}
	case acknowledged != nil && c.next <= acknowledged.Seq:
		return nil, &TamperedError{c.next, "acknowledged entries are missing"}
	default:
		c.torn = torn
		return c, nil
	}
}

// accept checks one line and applies it. A held one is known by its hash.
func (c *chain) accept(line []byte, held bool) error {
	var (
		e   entry
		err error
	)
	if held {
		e, err = read[entry](line)
	} else {
		e, err = unseal[entry](c.key, labelEntry, line)
	}
	switch {
	case err != nil:
		return err
	case e.Seq != c.next:
		return fmt.Errorf("it calls itself entry %d", e.Seq)
	case e.Prev != c.hash:
		return errors.New("the hash of the entry before does not match")
	case e.TxID != txID(c.hash, c.next):
		return errors.New("its transaction belongs elsewhere")
	case c.next == 0 && e.PublicKey != strict.EncodeToString(c.key):
		return errors.New("the log was signed with another key")
	}
	c.apply(e, line)
	return nil
}

// apply makes an entry what the chain says.
func (c *chain) apply(e entry, line []byte) {
	for _, w := range e.Private {
		if w.Purge {
			delete(c.private, w.Key)
		} else {
			c.private[w.Key] = privateValue{w.Digest, e.Seq}
		}
	}
	for _, w := range e.Writes {
		if w.Delete {
			delete(c.state, w.Key)
		} else {
			c.state[w.Key] = w.value()
		}
	}
	c.blocks[e.TxID] = e.Seq
	c.starts = append(c.starts, c.size)
	c.next, c.hash, c.last = e.Seq+1, hashOf(line), e.Time
	c.size += int64(len(line)) + 1
}

func firstKey(line []byte) (ed25519.PublicKey, error) {
	e, err := read[entry](line)
	if err != nil {
		return nil, err
	}
	key, err := strict.DecodeString(e.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errForm
	}
	return key, nil
}

// readLine returns the next line without its end, or io.EOF and what follows
// the last line end, or errForm for a line beyond all bounds.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(line, []byte("\n")), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		case len(line) > maxLine:
			return line, errForm
		}
	}
}

// keyOfLog returns the key that a log's first entry names.
func keyOfLog(log io.Reader) (ed25519.PublicKey, error) {
	line, err := readLine(bufio.NewReader(log))
	if err != nil {
		return nil, &TamperedError{0, errForm.Error()}
	}
	key, err := firstKey(line)
	if err != nil {
		return nil, &TamperedError{0, err.Error()}
	}
	return key, nil
}
