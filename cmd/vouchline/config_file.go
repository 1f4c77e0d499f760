package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	toml "github.com/pelletier/go-toml/v2"
)

// fileResolver gives kong the values of a configuration file. Keys are flag
// names; a table's name is a prefix, so that [smtp] host = "…" is smtp-host.
type fileResolver struct {
	values map[string]any
}

var _ kong.Resolver = (*fileResolver)(nil)

// loadTOML is kong's loader for --config.
func loadTOML(r io.Reader) (kong.Resolver, error) {
	var tree map[string]any
	if err := toml.NewDecoder(r).Decode(&tree); err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	values := map[string]any{}
	flatten(values, "", tree)
	return &fileResolver{values}, nil
}

func flatten(out map[string]any, prefix string, tree map[string]any) {
	for key, value := range tree {
		name := prefix + strings.ReplaceAll(key, "_", "-")
		table, ok := value.(map[string]any)
		// The headers are themselves a table; every other table is a prefix.
		if ok && name != "sms-http-header" {
			flatten(out, name+"-", table)
			continue
		}
		out[name] = value
	}
}

// Resolve gives a flag's value; the environment wins over the file.
func (f *fileResolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, ok := os.LookupEnv(env); ok {
			return nil, nil //nolint:nilnil // kong's way to say that there is no value
		}
	}
	value, ok := f.values[flag.Name]
	if !ok {
		return nil, nil //nolint:nilnil // kong's way to say that there is no value
	}
	return tokens(value), nil
}

// tokens turns TOML's numbers into text: kong reads every kind from text, but
// only some from Go's int64.
func tokens(value any) any {
	switch v := value.(type) {
	case int64, float64:
		return fmt.Sprint(v)
	default:
		return v
	}
}

// Validate refuses keys that no command knows: a typing error must not leave a
// setting at its default unnoticed.
func (f *fileResolver) Validate(app *kong.Application) error {
	known := map[string]bool{}
	_ = kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = true
		}
		return next(nil)
	})
	var unknown []string
	for name := range f.values {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("configuration file: no such setting: %s", strings.Join(unknown, ", "))
}
