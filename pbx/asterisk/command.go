package asterisk

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// console returns the command for one line on Asterisk's console.
func console(command []string, line string) []string { return append(slices.Clone(command), line) }

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

// contactFamily is where Asterisk's registrar keeps devices, under keys such
// as "1001;@8ec4eaef20...".
const contactFamily = "registrar/contact"

// drop makes Asterisk forget the devices of a line. They would outlive the
// line until they expire, and come back to life if its number is given to
// somebody else, whose calls they would then get.
func (p *Provisioner) drop(ctx context.Context, extension string) error {
	if len(p.config.Console) == 0 {
		return nil
	}
	out, err := run(ctx, console(p.config.Console, "database show "+contactFamily))
	if err != nil {
		return errors.Join(ErrNotDropped, err, ctx.Err())
	}
	for _, key := range contactKeys(out, extension) {
		if _, err := run(ctx, console(p.config.Console, "database del "+contactFamily+" "+key)); err != nil {
			return errors.Join(ErrNotDropped, err, ctx.Err())
		}
	}
	return nil
}

// contactKeys reads the keys of one line out of "database show", whose lines
// are "/registrar/contact/KEY : {...}". A key goes back to the console, so
// nothing but the registrar's own form is taken.
func contactKeys(shown, extension string) []string {
	pattern := regexp.MustCompile(`(?m)^/` + contactFamily + `/(` + regexp.QuoteMeta(extension) + `;@[0-9a-f]+) *:`)
	var keys []string
	for _, m := range pattern.FindAllStringSubmatch(shown, -1) {
		keys = append(keys, m[1])
	}
	return keys
}

// run runs a command without a shell. Its arguments are the operator's, with
// nothing put in but digits.
func run(ctx context.Context, argv []string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // see above
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
