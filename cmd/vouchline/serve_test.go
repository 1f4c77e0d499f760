package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// In a container stdout is a log that many may read: the administrator's link
// does not appear in it by itself.
func TestAdminLinkIsForTerminals(t *testing.T) {
	t.Parallel()
	dir, _ := migrated(t)
	st := testStore(t, dir)
	for _, tt := range []struct {
		name  string
		print bool
		want  bool
	}{
		{"a log", false, false},
		{"asked for", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			g := &Globals{
				Context: t.Context(), Stdout: &out, Log: slog.New(slog.DiscardHandler),
				Now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
			}
			c := &ServeCmd{PrintAdminLink: tt.print}
			if err := c.greet(g, &app{store: st}, "https://id.example.org"); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(out.String(), "/console/link/"); got != tt.want {
				t.Errorf("greeting has a link: %t, want %t:\n%s", got, tt.want, &out)
			}
			if !strings.Contains(out.String(), "vouchline admin link") {
				t.Errorf("greeting does not say how to get a link:\n%s", &out)
			}
		})
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	if terminal(file) || terminal(write) || terminal(&bytes.Buffer{}) {
		t.Error("a file, a pipe or a buffer is taken for a terminal")
	}
}
