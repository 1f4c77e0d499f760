package asterisktest

import (
	"strings"
	"testing"
)

func TestReadMirror(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, want string }{
		{"deb822", "Types: deb\n# URIs: http://old.example\nURIs: http://deb.example/debian\nSuites: x\n", "http://deb.example/debian"},
		{"one line", "# deb http://old.example x main\ndeb [signed-by=/k.gpg] https://deb.example/debian x main\n", "https://deb.example/debian"},
		{"security first", "deb http://security.example/debian-security x main\ndeb http://deb.example/debian x main\n", "http://deb.example/debian"},
		{"source packages only", "deb-src http://deb.example/debian x main\n", ""},
		{"not over the network", "deb file:/srv/debian x main\n", ""},
		{"empty", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := readMirror(strings.NewReader(tc.text)); got != tc.want {
				t.Errorf("readMirror(%q) = %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

func TestNewEnough(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"Asterisk 22.10.1~dfsg+~cs6.17.60671434-1\n": true, "Asterisk 23.0.0": true,
		"Asterisk 16.28.0~dfsg-0+deb11u4": false, "Asterisk GIT": false, "": false,
	} {
		if got := newEnough(version); got != want {
			t.Errorf("newEnough(%q) = %v, want %v", version, got, want)
		}
	}
}
