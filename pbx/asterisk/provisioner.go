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
	"syscall"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
)

// DefaultTimeout bounds a change where nothing else is set.
const DefaultTimeout = 10 * time.Second

// Config is what the operator sets.
type Config struct {
	// Dir is the folder of which pjsip.conf includes "<dir>/lines.all", or, where
	// there are few lines, "<dir>/*.conf".
	Dir string
	// Console, when set, is the command that runs one line on Asterisk's
	// console, such as asterisk -rx; the line is appended as one argument. It
	// gives Reload and Show what they need, and drops devices where there is no
	// AMI.
	Console []string
	// Reload, when set, is run after each change, such as
	// asterisk -rx "module reload res_pjsip.so". Without it, Console and AMI
	// something else must watch the folder.
	Reload []string
	// Show, when set, prints what Asterisk itself believes about a line, with
	// "{extension}" replaced in every argument, such as
	// asterisk -rx "pjsip show endpoint {extension}". A change is done once it
	// shows; without it, Console and AMI nobody knows when that is.
	Show []string
	// AMI, when set, does whatever no command was given for, drops devices and
	// hangs up.
	AMI *AMI
	// HangUp ends the calls of a line that is taken away. It needs AMI.
	HangUp bool
	// Timeout bounds a reload with the changes that share it, and the wait for
	// other processes.
	Timeout time.Duration
	Logger  *slog.Logger
	Clock   func() time.Time
}

// A Provisioner keeps one file a line, and one of them all. Several goroutines
// may use it at once, and several processes may have one for the same folder.
// Files are only ever replaced as a whole: Asterisk never reads half of one.
type Provisioner struct {
	config  Config
	control control
	waiting gathering
	others  <-chan time.Time // the end of other processes' turn; for makeAll alone
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
	if c.HangUp && c.AMI == nil {
		return nil, errors.New("asterisk: hanging up needs the manager interface")
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("asterisk: %w", err)
	}
	p := &Provisioner{config: c, control: c.control().atMost(maxAsked)}
	if err := p.open(); err != nil {
		return nil, fmt.Errorf("asterisk: %w", err)
	}
	return p, nil
}

// open puts into the folder what it always holds. Who changes a line there at
// this moment has done so before.
func (p *Provisioner) open() error {
	unlock, err := tryLockDir(p.config.Dir)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil
	}
	if err != nil {
		return err
	}
	err = replace(filepath.Join(p.config.Dir, keepFile), []byte(keepContent))
	if err == nil {
		err = p.writeBundle()
	}
	return errors.Join(err, unlock())
}

// control prefers the operator's commands, except for dropping: a command
// starts a program for each device.
func (c Config) control() control {
	asked := commands{c.Console, c.Reload, c.Show}.control()
	if c.AMI == nil {
		return asked
	}
	all := c.AMI.control()
	if asked.reload != nil {
		all.reload = asked.reload
	}
	if asked.lookup != nil {
		all.lookup = asked.lookup
	}
	return all
}

// Provision writes the line's file, reads it back, reloads, and waits until
// Asterisk shows the line. A disabled account is taken away, and so is one of
// which no credential is left.
func (p *Provisioner) Provision(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	now := p.config.Clock()
	want := usersOf(a, now)
	if want == nil {
		return p.Deprovision(ctx, a.AOR)
	}
	content, err := format.Asterisk([]pbx.Account{a}, now)
	if err != nil {
		return err
	}
	return p.change(ctx, change{
		extension: a.Extension, want: want,
		write: func(path string) (bool, error) {
			// A missing or foreign file had nobody whom we know.
			before, _ := os.ReadFile(path) //nolint:gosec // our own file
			err := errors.Join(replace(path, content), readBack(path, content))
			return usersIn(before).outlive(want) || a.PhoneEnded(now), err
		},
	})
}

// usersIn returns whose phones may use the line of a file.
func usersIn(file []byte) users {
	accounts, err := format.ParseAsterisk(file)
	if err != nil || len(accounts) != 1 {
		return nil
	}
	return usersOf(accounts[0], time.Time{}).phones(accounts[0]) // a file has no ends
}

// Deprovision takes the line away. An unknown one is no error.
func (p *Provisioner) Deprovision(ctx context.Context, aor pbx.AOR) error {
	extension, err := number(aor)
	if err != nil {
		return err
	}
	return p.change(ctx, change{
		extension: extension,
		write:     func(path string) (bool, error) { return true, remove(path) },
	})
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
