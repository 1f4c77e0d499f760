package embedded

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// Config says where a log lies and who keeps it.
type Config struct {
	Dir string
	Now func() time.Time
	Log *slog.Logger // nil is silent
	// Organisation writes; the zero value is the one of [DefaultOrganisation].
	Organisation ledger.Organisation
}

// DefaultOrganisation returns the organisation that keeps a log by itself.
func DefaultOrganisation() ledger.Organisation {
	return ledger.Organisation{ID: "manager", Name: "Network manager", Role: ledger.RoleIssuer, MSP: "Org1MSP"}
}

// A Log is the ledger as one organisation sees it. It is safe for concurrent
// use.
type Log struct {
	ledger.Client
	*core

	caller string
}

var _ ledger.Transport = (*Log)(nil)

func view(c *core, caller string) *Log {
	l := &Log{core: c, caller: caller}
	l.Client = ledger.Client{Transport: l}
	return l
}

// core is the log itself, shared by all its views.
type core struct {
	mu       sync.RWMutex
	dir      string
	now      func() time.Time
	contract ledger.Contract
	chain    *chain
	key      ed25519.PrivateKey // nil when opened for reading
	file     file
	lock     io.Closer
	broken   error // why nothing may be written any more
}

// A file is what the core needs of *os.File.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

var errReadOnly = errors.New("the log was opened for reading")

// Open opens the log for writing, making it if the folder is empty. It replays
// and checks the whole log, cuts off what a crash left half written, and fails
// with [ErrTampered] for anything else that is not as written, or [ErrLocked].
func Open(cfg Config) (*Log, error) {
	if cfg.Organisation == (ledger.Organisation{}) {
		cfg.Organisation = DefaultOrganisation()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	held, err := lock(cfg.Dir)
	if err != nil {
		return nil, err
	}
	l, err := open(cfg)
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	l.lock = held
	if err := l.begin(cfg.Organisation); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func open(cfg Config) (*Log, error) {
	key, err := signingKey(cfg.Dir)
	if err != nil {
		return nil, err
	}
	public := key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // by its documentation
	acknowledged, err := readHead(cfg.Dir, public)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(cfg.Dir, logName), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	c, err := replay(f, public, acknowledged)
	if err == nil && c.torn > 0 {
		cfg.Log.Warn("cut an unfinished entry off the ledger's log", "bytes", c.torn, "entries", c.next)
		err = errors.Join(f.Truncate(c.size), f.Sync())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return view(&core{
		dir: cfg.Dir, now: cfg.Now, contract: ledger.Contract{Writer: cfg.Organisation.MSP},
		chain: c, key: key, file: f,
	}, cfg.Organisation.MSP), nil
}

// begin writes what every log begins with, as far as it is not there.
func (l *Log) begin(o ledger.Organisation) error {
	if l.chain.next == 0 {
		public := l.key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // by its documentation
		e := entry{Time: l.now().UTC(), TxID: txID("", 0), Caller: l.caller, Function: "Begin", PublicKey: strict.EncodeToString(public)}
		if err := l.append(e); err != nil {
			return err
		}
		if err := syncDir(l.dir); err != nil {
			return err
		}
	} else if err := l.writeHead(); err != nil {
		return err
	}
	o.Status = ledger.StatusActive
	request, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = l.submit(ledger.Call{Function: ledger.FuncRegisterOrganisation, Request: request})
	return err
}

// OpenReadOnly opens the log for reading as it is now, beside the process that
// writes to it if there is one.
func OpenReadOnly(dir string) (*Log, error) {
	c, err := load(dir)
	if err != nil {
		return nil, err
	}
	return view(&core{dir: dir, chain: c, broken: errReadOnly}, ""), nil
}

// As returns the same log as another organisation sees it.
func (l *Log) As(msp string) *Log { return view(l.core, msp) }

// Close lets others open the log.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lock == nil {
		return nil
	}
	l.broken = os.ErrClosed
	err := errors.Join(l.file.Close(), l.lock.Close())
	l.lock = nil
	return err
}

// Submit implements [ledger.Transport]: it runs one transaction and appends
// what it writes.
func (l *Log) Submit(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Answer{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	return l.submit(c)
}

func (l *Log) submit(c ledger.Call) (ledger.Answer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return ledger.Answer{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, l.broken)
	}
	s := &tx{
		chain: l.chain, caller: l.caller, id: txID(l.chain.hash, l.chain.next), at: l.now().UTC(),
		carried: c.Transient, writes: map[string]write{},
	}
	a, err := l.invoke(s, c)
	if err != nil || len(s.writes) == 0 {
		return a, err
	}
	e := entry{
		Seq: l.chain.next, Prev: l.chain.hash, Time: s.at, TxID: s.id,
		Caller: s.caller, Function: c.Function, Writes: s.sorted(),
	}
	if err := l.append(e); err != nil {
		return ledger.Answer{}, err
	}
	return a, nil
}

// Evaluate implements [ledger.Transport]: what the function writes is dropped.
func (l *Log) Evaluate(_ context.Context, c ledger.Call) (ledger.Answer, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	now := time.Time{}
	if l.now != nil {
		now = l.now().UTC()
	}
	return l.invoke(&tx{chain: l.chain, caller: l.caller, at: now, writes: map[string]write{}}, c)
}

func (c *core) invoke(s *tx, call ledger.Call) (a ledger.Answer, err error) {
	answer, err := c.contract.Invoke(s, call.Function, call.Request)
	if err != nil {
		return a, err
	}
	err = json.Unmarshal(answer, &a)
	return a, err
}

// Locate implements [ledger.Transport].
func (l *Log) Locate(_ context.Context, txID string) (ledger.Location, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	block, ok := l.chain.blocks[txID]
	if !ok {
		return ledger.Location{}, fmt.Errorf("%w: the log has no such transaction", ledger.ErrUnavailable)
	}
	return ledger.Location{TxID: txID, Block: block, Network: ledger.NetworkEmbedded}, nil
}

// append makes one entry durable and then true. If it cannot tell whether the
// entry is on the disk, nothing more is written until the log is opened again:
// after a failed fsync the system may have dropped the pages and forgotten it.
func (c *core) append(e entry) error {
	line, err := seal(c.key, labelEntry, e)
	if err != nil {
		return err
	}
	if _, err := c.file.Write(append(slices.Clip(line), '\n')); err != nil {
		if cut := c.file.Truncate(c.chain.size); cut != nil {
			return c.breaks(errors.Join(err, cut))
		}
		return fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	if err := c.file.Sync(); err != nil {
		return c.breaks(err)
	}
	c.chain.apply(e, line)
	if err := c.writeHead(); err != nil {
		return c.breaks(err)
	}
	return nil
}

func (c *core) breaks(err error) error {
	c.broken = err
	return fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
}

func (c *core) writeHead() error {
	line, err := seal(c.key, labelHead, head{c.chain.next - 1, c.chain.hash})
	if err != nil {
		return err
	}
	return replace(filepath.Join(c.dir, headName), append(line, '\n'))
}

// tx is one transaction's view of the log. Like Fabric's it reads what was
// committed before, not its own writes.
type tx struct {
	chain   *chain
	caller  string
	id      string
	at      time.Time
	carried map[string][]byte
	writes  map[string]write
}

var _ ledger.State = (*tx)(nil)

func (t *tx) Get(key string) ([]byte, error) { return t.chain.state[key], nil }
func (t *tx) Caller() string                 { return t.caller }
func (t *tx) TxID() string                   { return t.id }
func (t *tx) Time() time.Time                { return t.at }

func (t *tx) Transient(name string) ([]byte, error) { return t.carried[name], nil }

func (t *tx) GetAll(keys []string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for k, key := range keys {
		out[k] = t.chain.state[key]
	}
	return out, nil
}

var errNoPrivateData = errors.New("the log keeps no private data")

func (t *tx) GetPrivate(string) ([]byte, error) { return nil, errNoPrivateData }
func (t *tx) PutPrivate(string, []byte) error   { return errNoPrivateData }
func (t *tx) PurgePrivate(string) error         { return errNoPrivateData }
func (t *tx) Emit([]ledger.Event) error         { return nil }

func (t *tx) Put(key string, value []byte) error {
	t.writes[key] = write{Key: key, Value: string(value)}
	return nil
}

func (t *tx) Delete(key string) error {
	t.writes[key] = write{Key: key, Delete: true}
	return nil
}

func (t *tx) sorted() []write {
	out := make([]write, 0, len(t.writes))
	for _, w := range t.writes {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b write) int { return strings.Compare(a.Key, b.Key) })
	return out
}
