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
	dir    string
	now    func() time.Time
	writer string // MSP id; nobody when opened for reading
	rules  rules
	key    ed25519.PrivateKey // nil when opened for reading
	vault  vault
	disk   disk
	lock   io.Closer // nil when opened for reading

	waiting queue
	commits ledger.Commits

	// writing is held by who runs and writes a group. Readers do not wait for
	// the disk: mu, taken after it, guards only what follows, which nobody else
	// changes.
	writing sync.Mutex
	mu      sync.RWMutex
	chain   *chain
	file    file
	grown   chan struct{} // closed when the chain grows, or never will again
	broken  error         // why nothing may be written any more; changed with writing held too
}

// rules decide what a call does; they are [ledger.Contract.Invoke].
type rules func(s ledger.State, function string, request []byte) (answer []byte, err error)

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
	c, err := replay(f, public, acknowledged, false)
	if err == nil && c.torn > 0 {
		cfg.Log.Warn("cut unfinished entries off the ledger's log", "bytes", c.torn, "entries", c.next)
		err = f.Truncate(c.size)
	}
	// An entry that was whole and not acknowledged may be in the cache alone.
	// What it purged is deleted next, so it must not get lost any more.
	v := vault{filepath.Join(cfg.Dir, privateName), osDisk{}}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = v.sweep(c.private)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return view(&core{
		dir: cfg.Dir, now: cfg.Now, writer: cfg.Organisation.MSP, rules: ledger.Contract{Writer: cfg.Organisation.MSP}.Invoke,
		key: key, vault: v, disk: osDisk{}, chain: c, file: f, grown: make(chan struct{}),
	}, cfg.Organisation.MSP), nil
}

// begin writes what every log begins with, as far as it is not there.
func (l *Log) begin(o ledger.Organisation) error {
	if l.chain.next == 0 {
		public := l.key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // by its documentation
		e := entry{Time: l.now().UTC(), TxID: txID("", 0), Caller: l.caller, Function: funcBegin, PublicKey: strict.EncodeToString(public)}
		g := newGroup(l.core)
		if err := g.add(e, nil); err != nil {
			return err
		}
		if err := l.persist(g); err != nil {
			return err
		}
		if err := l.disk.syncDir(l.dir); err != nil {
			return err
		}
	} else if err := l.writeHead(head{l.chain.next - 1, l.chain.hash}); err != nil {
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

// funcBegin is the first entry's, which the contract knows nothing of.
const funcBegin = "Begin"

// OpenReadOnly opens the log for reading as it is now, beside the process that
// writes to it if there is one. Private data cannot be read through it.
func OpenReadOnly(dir string) (*Log, error) {
	c, f, err := load(dir, false)
	if err != nil {
		return nil, err
	}
	return view(&core{
		dir: dir, rules: ledger.Contract{}.Invoke, chain: c, file: readOnly{f}, grown: make(chan struct{}), broken: errReadOnly,
		now: func() time.Time { return c.last }, // the log knows no later time
	}, ""), nil
}

// readOnly is a file that nobody writes to.
type readOnly struct{ *os.File }

func (readOnly) Write([]byte) (int, error) { return 0, errReadOnly }
func (readOnly) Sync() error               { return nil }
func (readOnly) Truncate(int64) error      { return errReadOnly }

// As returns the same log as another organisation sees it.
func (l *Log) As(msp string) *Log { return view(l.core, msp) }

// Close lets others open the log.
func (l *Log) Close() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if errors.Is(l.broken, os.ErrClosed) {
		return nil
	}
	l.stop(os.ErrClosed)
	err := l.file.Close()
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	return err
}

// Evaluate implements [ledger.Transport]: what the function writes is dropped.
func (l *Log) Evaluate(_ context.Context, c ledger.Call) (ledger.Answer, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.invoke(newTx(l.core, l.caller, l.now()), c)
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
