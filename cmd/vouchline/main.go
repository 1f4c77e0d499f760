package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// Exit codes of the program.
const (
	exitDone     = 0
	exitNegative = 1
	exitFault    = 2
)

// CLI is the command tree. A command is a struct with a method
// Run(*Globals) error in cmd/vouchline/<name>.go and one line below.
type CLI struct {
	Config    kong.ConfigFlag `help:"TOML file with settings; flags and environment win over it." env:"VOUCHLINE_CONFIG" placeholder:"FILE" type:"path"`
	LogLevel  string          `help:"Least severe log record written: debug, info, warn or error." env:"VOUCHLINE_LOG_LEVEL" enum:"debug,info,warn,error" default:"info"`
	LogFormat string          `help:"Form of log records on stderr: text or json." env:"VOUCHLINE_LOG_FORMAT" enum:"text,json" default:"text"`
	JSON      bool            `help:"Write answers as JSON, one object a line." name:"json"`

	Serve      ServeCmd      `cmd:"" help:"Run the web service."`
	Work       WorkCmd       `cmd:"" help:"Run jobs and engines for a web service elsewhere."`
	Migrate    MigrateCmd    `cmd:"" help:"Prepare the database and the operator's key."`
	Admin      AdminCmd      `cmd:"" help:"Give access to people, programs and organisations; take identities back."`
	PBX        PBXCmd        `cmd:"" name:"pbx" help:"Give the SIP accounts to a PBX."`
	Passport   PassportCmd   `cmd:"" help:"Make and look at the certificate that calls are signed with."`
	Version    VersionCmd    `cmd:"" help:"Show the program's version."`
	Probe      ProbeCmd      `cmd:"" hidden:"" help:"Ask a running service whether it is well."`
	Document   DocumentCmd   `cmd:"" help:"Read identity documents."`
	MRZ        MRZCmd        `cmd:"" name:"mrz" help:"Check machine readable zones."`
	Face       FaceCmd       `cmd:"" help:"Compare faces."`
	Models     ModelsCmd     `cmd:"" help:"Check and fetch the machine-learning model files."`
	Ledger     LedgerCmd     `cmd:"" help:"Look into the ledger."`
	Disclosure DisclosureCmd `cmd:"" help:"Read what subscribers let an organisation read."`
	Bench      BenchCmd      `cmd:"" help:"Measure the engines and the ledgers."`
	Engine     EngineCmd     `cmd:"" hidden:"" help:"Be an engine child of serve or work."`
}

// Globals is what every command gets from the process around it.
type Globals struct {
	// Context is cancelled by SIGINT and SIGTERM. It is carried here because
	// kong calls Run(*Globals); commands pass it on as their first argument.
	Context context.Context
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Now     func() time.Time
	Log     *slog.Logger
	JSON    bool
	// Restart starts the command anew with more in the environment; nil where
	// that is not possible, as in tests.
	Restart func(environment []string) error
}

// WriteJSON writes v to stdout as one line.
func (g *Globals) WriteJSON(v any) error {
	enc := json.NewEncoder(g.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Printf writes text for a person to stdout.
func (g *Globals) Printf(format string, args ...any) error {
	_, err := fmt.Fprintf(g.Stdout, format, args...)
	return err
}

// NegativeError is a command's way to answer no: the question was understood
// and the answer is exit code 1, not a fault.
type NegativeError struct {
	Reason string
}

func (e *NegativeError) Error() string { return e.Reason }

// VersionCmd shows what was built.
type VersionCmd struct{}

// Run writes the version.
func (VersionCmd) Run(g *Globals) error {
	version, goVersion := buildVersion()
	if g.JSON {
		return g.WriteJSON(map[string]string{"version": version, "go": goVersion})
	}
	return g.Printf("vouchline %s (%s)\n", version, goVersion)
}

func buildVersion() (version, goVersion string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	version = info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	return version, info.GoVersion
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	g := &Globals{Context: ctx, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Restart: restart}
	code := run(g, os.Args[1:])
	stop()
	os.Exit(code)
}

// restart replaces the process by itself with more in its environment. It
// returns only an error.
func restart(environment []string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, append(os.Environ(), environment...)) //nolint:gosec // this very program
}

// exit carries kong's wish to end the process (--help) out of its parser.
type exit int

// run parses args, runs the command they name and returns the exit code.
func run(g *Globals, args []string) (code int) {
	defer func() {
		switch wish := recover().(type) {
		case nil:
		case exit:
			code = int(wish)
		default:
			panic(wish)
		}
	}()
	var cli CLI
	parser, err := newParser(&cli, g)
	if err != nil {
		return fail(g, err)
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		return fail(g, err)
	}
	g.JSON = cli.JSON
	g.Log = newLogger(g.Stderr, cli.LogLevel, cli.LogFormat)
	err = kctx.Run(g)
	var negative *NegativeError
	if errors.As(err, &negative) {
		_, _ = fmt.Fprintln(g.Stderr, "vouchline:", negative.Reason)
		return exitNegative
	}
	if err != nil {
		return fail(g, err)
	}
	return exitDone
}

func newParser(cli *CLI, g *Globals) (*kong.Kong, error) {
	return kong.New(
		cli,
		kong.Name("vouchline"),
		kong.Description("Turns a stranger into a caller one can trust."),
		kong.Writers(g.Stdout, g.Stderr),
		kong.Configuration(loadTOML),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
}

func fail(g *Globals, err error) int {
	_, _ = fmt.Fprintln(g.Stderr, "vouchline:", err)
	var usage *kong.ParseError
	if errors.As(err, &usage) {
		_, _ = fmt.Fprintln(g.Stderr, "vouchline: see vouchline --help")
	}
	return exitFault
}

func newLogger(w io.Writer, level, format string) *slog.Logger {
	opts := &slog.HandlerOptions{}
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err == nil { // kong's enum has checked it
		opts.Level = l
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
