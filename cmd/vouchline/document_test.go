package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

func init() { toolEnvironment = []string{programVariable + "=1"} }

func TestDocumentRead(t *testing.T) {
	t.Parallel()
	folder := modelFolder(t)
	good := testenv.Data(t, "documents", "passporteye_100_pass-cze.jpg")
	none := testenv.Data(t, "documents", "negative_nomrz.jpg")
	text := filepath.Join(t.TempDir(), "text.jpg")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := session(t, "", "document", "read", "--models", folder, none, text, text+".none", good)
	if code != exitNegative || !strings.Contains(stderr, "3 of 4") {
		t.Errorf("document read = %d, %q, want %d and 3 of 4", code, stderr, exitNegative)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != 4 {
		t.Fatalf("document read wrote %d lines, want 4: %s", len(lines), stdout)
	}
	var answers [4]documentAnswer
	for i, l := range lines {
		if err := json.Unmarshal([]byte(l), &answers[i]); err != nil {
			t.Fatalf("line %d: %v: %s", i, err, l)
		}
	}
	for i, want := range []string{ocr.CodeNoDocument, "unsupported_format", faultFile} {
		if f := answers[i].Error; f == nil || f.Code != want {
			t.Errorf("%s: error = %+v, want %s", answers[i].File, f, want)
		}
	}
	last := answers[3]
	if last.MRZ == nil || last.MRZ.Format != ocr.TD3 || !last.MRZ.Valid || last.Portrait == nil || last.Error != nil {
		t.Errorf("document read %s = %s, want a valid TD3 and a portrait", good, lines[3])
	}
	if stdout, _, code := session(t, "", "document", "read", "--models", folder, good); code != exitDone {
		t.Errorf("document read of a good one = %d, %s, want 0", code, stdout)
	}
}

func TestDocumentReadUsage(t *testing.T) {
	t.Parallel()
	if _, stderr, code := session(t, "", "document", "read"); code != exitFault {
		t.Errorf("document read without files = %d, %q, want %d", code, stderr, exitFault)
	}
}

func TestMRZParse(t *testing.T) {
	t.Parallel()
	upper := "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	lower := "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
	file := filepath.Join(t.TempDir(), "zone.txt")
	if err := os.WriteFile(file, []byte("\n"+upper+"\r\n  "+lower+"\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, stdin, file string
		code              int
		stdout, stderr    string
	}{
		{"standard input", upper + "\n" + lower, "-", exitDone, `"document_number":"L898902C3"`, ""},
		{"file with white space", "", file, exitDone, `"format":"TD3"`, ""},
		{"wrong check digit", upper + "\n" + strings.Replace(lower, "C36", "C37", 1), "-", exitNegative, `"valid":false`, "not valid"},
		{"no zone", "hello", "-", exitFault, "", ocr.CodeMRZWrongLength},
		{"nothing", "", "-", exitFault, "", ocr.CodeMRZWrongLength},
		{"too much", strings.Repeat("<", 5000), "-", exitFault, "", "4096"},
		{"no file", "", file + ".none", exitFault, "", "no such file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := session(t, tc.stdin, "mrz", "parse", tc.file)
			if code != tc.code || !strings.Contains(stdout, tc.stdout) || !strings.Contains(stderr, tc.stderr) {
				t.Errorf("mrz parse = %d, %q, %q, want %d, %q, %q", code, stdout, stderr, tc.code, tc.stdout, tc.stderr)
			}
			if tc.stdout == "" && stdout != "" {
				t.Errorf("stdout = %q, want nothing", stdout)
			}
			if strings.Contains(stderr, "ERIKSSON") {
				t.Errorf("stderr shows a name: %q", stderr)
			}
		})
	}
}
