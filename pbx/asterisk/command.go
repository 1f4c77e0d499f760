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

// commands are the operator's ways to the console.
type commands struct{ console, reload, show []string }

// control returns what the commands can be asked.
func (c commands) control() control {
	var out control
	if len(c.console) > 0 {
		out.drop = c.drop
		if len(c.reload) == 0 {
			c.reload = line(c.console, "module reload res_pjsip.so")
		}
		if len(c.show) == 0 {
			c.show = line(c.console, "pjsip show endpoint {extension}")
		}
	}
	if len(c.reload) > 0 {
		out.reload = c.runReload
	}
	if len(c.show) > 0 {
		out.lookup = c.lookup
	}
	return out
}

// line returns the command for one line on Asterisk's console.
func line(console []string, text string) []string { return append(slices.Clone(console), text) }

func (c commands) runReload(ctx context.Context) error {
	out, err := run(ctx, c.reload)
	if err != nil {
		return fmt.Errorf("%w: %s", err, firstLine(out))
	}
	return nil
}

// lookup reads "pjsip show endpoint", which has a line "InAuth: id/username"
// for each credential. The digests it does not show, and need not: a user name
// is never used for a second password.
func (c commands) lookup(ctx context.Context, extension string) (users, error) {
	argv := make([]string, len(c.show))
	for i, arg := range c.show {
		argv[i] = strings.ReplaceAll(arg, "{extension}", extension)
	}
	// Of an unknown line Asterisk says so with exit code 0; any other means
	// that it does not run, which proves nothing either way.
	out, err := run(ctx, argv)
	if err != nil {
		return nil, err
	}
	if strings.Contains(out, "Unable to find object "+extension+".") {
		return nil, nil //nolint:nilnil // no such line
	}
	found, endpoint := users{}, ""
	for text := range strings.Lines(out) {
		fields := strings.Fields(text)
		if len(fields) < 2 {
			continue
		}
		id, user, _ := strings.Cut(fields[1], "/")
		switch fields[0] {
		case "InAuth:":
			found[user] = untold
		case "Endpoint:":
			endpoint = id
		}
	}
	if endpoint != extension {
		return nil, errors.New("the console shows something else than the line")
	}
	return found, nil
}

// drop deletes the registrar's records of a line.
func (c commands) drop(ctx context.Context, extension string) error {
	out, err := run(ctx, line(c.console, "database show "+contactFamily))
	if err != nil {
		return err
	}
	for _, key := range contactKeys(out, extension) {
		if _, err := run(ctx, line(c.console, "database del "+contactFamily+" "+key)); err != nil {
			return err
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
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return first
}
