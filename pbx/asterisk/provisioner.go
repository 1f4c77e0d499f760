package asterisk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
)

// The defaults of [Config].
const (
	DefaultTimeout = 10 * time.Second
	pollInterval   = 50 * time.Millisecond
)

// Config is what the operator sets.
type Config struct {
	// Dir is the folder that pjsip.conf includes as "<dir>/*.conf".
	Dir string
	// Console, when set, is the command that runs one line on Asterisk's
	// console, such as asterisk -rx; the line is appended as one argument. It
	// gives Reload and Show what they need, and devices that had registered
	// before a change are dropped by it.
	Console []string
	// Reload, when set, is run after each change, such as
	// asterisk -rx "module reload res_pjsip.so". Without it something else must
	// watch the folder.
	Reload []string
	// Show, when set, prints what Asterisk itself believes about a line, with
	// "{extension}" replaced in every argument, such as
	// asterisk -rx "pjsip show endpoint {extension}". A change is done once it
	// shows; without it nobody knows when that is.
	Show []string
	// Timeout bounds each change, with reload and wait.
	Timeout time.Duration
	Logger  *slog.Logger
	Clock   func() time.Time
}

// Errors of a change that was written but is not known to be in effect. The
// change may be tried again.
var (
	ErrReadBack   = errors.New("asterisk: file does not read back as written")
	ErrReload     = errors.New("asterisk: reload failed")
	ErrNotLoaded  = errors.New("asterisk: change was not taken over")
	ErrNotDropped = errors.New("asterisk: devices were not dropped")
)

// A Provisioner keeps one file a line. Several goroutines may use it at once,
// and the files are only ever replaced as a whole: Asterisk never reads half
// of one.
type Provisioner struct {
	config Config
	mu     sync.Mutex // one change at a time: reloads do not overlap
}

// keepFile keeps the folder from being empty: an include that matches nothing
// makes Asterisk refuse the whole of pjsip.conf.
const (
	keepFile    = "000-vouchline.conf"
	keepContent = "; Vouchline writes one file a line into this folder. This one keeps the folder\n" +
		"; from being empty, which Asterisk takes for an error.\n"
)

// New makes the folder when it does not exist.
func New(c Config) (*Provisioner, error) {
	if c.Dir == "" {
		return nil, errors.New("asterisk: no folder")
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Clock == nil {
		return nil, errors.New("asterisk: no clock")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if len(c.Console) > 0 && len(c.Reload) == 0 {
		c.Reload = console(c.Console, "module reload res_pjsip.so")
	}
	if len(c.Console) > 0 && len(c.Show) == 0 {
		c.Show = console(c.Console, "pjsip show endpoint {extension}")
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("asterisk: %w", err)
	}
	if err := replace(filepath.Join(c.Dir, keepFile), []byte(keepContent)); err != nil {
		return nil, fmt.Errorf("asterisk: %w", err)
	}
	return &Provisioner{config: c}, nil
}

// Provision writes the line's file, reads it back, reloads, and waits until
// Asterisk shows the line. A disabled account is taken away.
func (p *Provisioner) Provision(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	now := p.config.Clock()
	if !a.Enabled || len(a.Credentials(now)) == 0 {
		return p.Deprovision(ctx, a.AOR)
	}
	content, err := format.Asterisk([]pbx.Account{a}, now)
	if err != nil {
		return err
	}
	return p.change(ctx, change{
		extension: a.Extension, what: "provisioned",
		write: func(path string) (bool, error) {
			before, _ := os.ReadFile(path) //nolint:gosec // our own file; a missing one differs
			if err := replace(path, content); err != nil {
				return false, err
			}
			return !bytes.Equal(before, content), readBack(path, content)
		},
		done: func(shown string) bool { return showsAccount(shown, a, now) },
	})
}

// Deprovision takes the line away. An unknown one is no error.
func (p *Provisioner) Deprovision(ctx context.Context, aor pbx.AOR) error {
	if _, err := pbx.ParseAOR(string(aor)); err != nil {
		return err
	}
	extension := aor.User()
	return p.change(ctx, change{
		extension: extension, what: "deprovisioned",
		write: func(path string) (bool, error) { return true, remove(path) },
		done:  func(shown string) bool { return showsNothing(shown, extension) },
	})
}

// A change is one line's way into Asterisk.
type change struct {
	extension, what string
	// write puts the files right and reports whether they were not before.
	write func(path string) (changed bool, err error)
	// done judges what Asterisk shows of the line.
	done func(shown string) bool
}

// change writes, reloads, waits and drops, in this order and one at a time. A
// device that is dropped before Asterisk knows better would register again
// with the old password.
func (p *Provisioner) change(ctx context.Context, c change) error {
	ctx, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	changed, err := c.write(p.path(c.extension))
	if err != nil {
		return fmt.Errorf("asterisk: %w", err)
	}
	if err := p.reload(ctx); err != nil {
		return err
	}
	if err := p.await(ctx, c.extension, c.done); err != nil {
		return err
	}
	if changed {
		if err := p.drop(ctx, c.extension); err != nil {
			return err
		}
	}
	p.config.Logger.InfoContext(ctx, "line changed", "what", c.what, "extension", c.extension)
	return nil
}

// path is safe because an extension has nothing but digits.
func (p *Provisioner) path(extension string) string {
	return filepath.Join(p.config.Dir, extension+".conf")
}

// Accounts reads all lines back from the folder.
func (p *Provisioner) Accounts() ([]pbx.Account, error) {
	files, err := filepath.Glob(filepath.Join(p.config.Dir, "*.conf"))
	if err != nil {
		return nil, fmt.Errorf("asterisk: %w", err)
	}
	var all []pbx.Account
	for _, path := range files {
		if filepath.Base(path) == keepFile {
			continue
		}
		b, err := os.ReadFile(path) //nolint:gosec // a name from our own folder
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("asterisk: %w", err)
		}
		accounts, err := format.ParseAsterisk(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		all = append(all, accounts...)
	}
	return all, nil
}

func readBack(path string, want []byte) error {
	got, err := os.ReadFile(path) //nolint:gosec // our own file
	if err != nil {
		return err
	}
	if _, err := format.ParseAsterisk(got); err != nil || !bytes.Equal(got, want) {
		return errors.Join(ErrReadBack, err)
	}
	return nil
}

// showsAccount reports whether Asterisk's "pjsip show endpoint" has the
// account's credentials, all of them and no others. Their user names tell: one
// is never used for a second password.
func showsAccount(shown string, a pbx.Account, now time.Time) bool {
	var want, got []string
	for _, c := range a.Credentials(now) {
		want = append(want, c.Username+"/"+c.Username)
	}
	endpoint := ""
	for line := range strings.Lines(shown) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "InAuth:":
			got = append(got, fields[1])
		case "Endpoint:":
			endpoint, _, _ = strings.Cut(fields[1], "/")
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	return endpoint == a.Extension && slices.Equal(got, want)
}

// showsNothing reports whether Asterisk says that it does not know the line.
// An output that says something else proves nothing.
func showsNothing(shown, extension string) bool {
	return strings.Contains(shown, "Unable to find object "+extension+".")
}
