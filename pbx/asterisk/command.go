package asterisk

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode"
)

// reload runs the operator's reload command.
func (p *Provisioner) reload(ctx context.Context) error {
	if len(p.config.Reload) == 0 {
		return nil
	}
	if out, err := run(ctx, p.config.Reload); err != nil {
		return errors.Join(ErrReload, fmt.Errorf("%w: %s", err, firstLine(out)), ctx.Err())
	}
	return nil
}

// await asks Asterisk until it shows the change. A reload returns before all
// of it is in effect, and says "successfully" also of a file it rejected.
func (p *Provisioner) await(ctx context.Context, extension string, done func(shown string) bool) error {
	if len(p.config.Show) == 0 {
		return nil
	}
	argv := make([]string, len(p.config.Show))
	for i, arg := range p.config.Show {
		argv[i] = strings.ReplaceAll(arg, "{extension}", extension)
	}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		// Of an unknown line Asterisk says so with exit code 0; any other means
		// that it does not run, which proves nothing either way.
		out, err := run(ctx, argv)
		if err == nil && done(out) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ErrNotLoaded, err, ctx.Err())
		case <-ticker.C:
		}
	}
}

// run runs a command without a shell. Its arguments are the operator's, with
// nothing put in but digits.
func run(ctx context.Context, argv []string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // see above
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// SplitCommand reads a command line from a setting: words apart by spaces, kept
// together by single or double quotes. There are no escapes, variables or
// other powers of a shell.
func SplitCommand(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	open := false
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case quote == 0 && unicode.IsSpace(r):
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 {
		return nil, errors.New("asterisk: command with an open quote")
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
