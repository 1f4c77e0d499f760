package e2e

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	endian "encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A scanner looks for many forms at once: a filter over the first eight bytes
// of each, then the whole.
type scanner struct {
	filter [1 << 16]uint64
	begin  map[uint64][]form
}

func newScanner(forms ...[]form) *scanner {
	s := &scanner{begin: map[uint64][]form{}}
	for _, f := range slices.Concat(forms...) {
		k := endian.LittleEndian.Uint64(f.bytes)
		s.begin[k] = append(s.begin[k], f)
		bit := slot(k)
		s.filter[bit>>6] |= 1 << (bit & 63)
	}
	return s
}

// slot spreads eight bytes over the bits of the filter (Fibonacci hashing).
func slot(k uint64) uint64 { return k * 0x9e3779b97f4a7c15 >> 42 }

// find returns what is in b, each form once.
func (s *scanner) find(b []byte) (found []string) {
	for i := 0; i+leastForm <= len(b); i++ {
		k := endian.LittleEndian.Uint64(b[i:])
		bit := slot(k)
		if s.filter[bit>>6]&(1<<(bit&63)) == 0 {
			continue
		}
		for _, f := range s.begin[k] {
			if bytes.HasPrefix(b[i:], f.bytes) && !slices.Contains(found, f.what) {
				found = append(found, f.what)
			}
		}
	}
	return found
}

// layers returns a file as it lies and everything that can be decoded from it:
// gzip and zlib wherever they begin, and the tables and logs of LevelDB.
func layers(name string, b []byte) [][]byte {
	out := [][]byte{b}
	for i := 0; i+18 < len(b); i++ {
		var r io.Reader
		var err error
		switch {
		case b[i] == 0x1f && b[i+1] == 0x8b && b[i+2] == 8:
			r, err = gzip.NewReader(bytes.NewReader(b[i:]))
		case b[i] == 0x78 && (b[i+1] == 0x01 || b[i+1] == 0x5e || b[i+1] == 0x9c || b[i+1] == 0xda):
			r, err = zlib.NewReader(bytes.NewReader(b[i:]))
		default:
			continue
		}
		if err != nil {
			continue
		}
		// What is cut off or damaged still shows its beginning.
		if plain, _ := io.ReadAll(io.LimitReader(r, 64<<20)); len(plain) >= leastForm {
			out = append(out, plain)
		}
	}
	switch filepath.Ext(name) {
	case ".ldb", ".sst":
		out = append(out, levelTable(b)...)
	case ".log":
		out = append(out, levelLog(b))
	}
	return out
}

// scan looks through every file below the folders. Sockets and the like hold
// nothing.
func (s *scanner) scan(t *testing.T, dirs ...string) (found []string) {
	t.Helper()
	files, size := 0, 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) { // went while we looked
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			files, size = files+1, size+len(b)
			for _, layer := range layers(path, b) {
				for _, what := range s.find(layer) {
					found = append(found, path+": "+what)
				}
			}
			for _, what := range s.find([]byte(path)) {
				found = append(found, "the name of "+path+": "+what)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files == 0 {
		t.Fatalf("%v hold no files: there is nothing to scan", dirs)
	}
	t.Logf("scanned %d files, %d MB, in %v", files, size>>20, dirs)
	slices.Sort(found)
	return slices.Compact(found)
}

// levelLog joins the pieces of LevelDB's journal: blocks of 32 KiB hold
// records, each behind a header of seven bytes, which would cut a value.
func levelLog(b []byte) []byte {
	const block, header = 32 << 10, 7
	var out []byte
	for chunk := range slices.Chunk(b, block) {
		for len(chunk) > header {
			n := int(endian.LittleEndian.Uint16(chunk[4:]))
			if n == 0 || header+n > len(chunk) {
				break
			}
			out = append(out, chunk[header:header+n]...)
			chunk = chunk[header+n:]
		}
	}
	return out
}

// levelTable returns the blocks of a LevelDB table: the footer points to the
// index, the index to the blocks, each of them perhaps compressed.
func levelTable(b []byte) (blocks [][]byte) {
	const footer, magic = 48, 0xdb4775248b80fb57
	if len(b) < footer || endian.LittleEndian.Uint64(b[len(b)-8:]) != magic {
		return nil
	}
	handles := b[len(b)-footer:]
	_, _, handles = handle(handles) // of the meta index
	offset, size, _ := handle(handles)
	index := levelBlock(b, offset, size)
	for _, value := range entries(index) {
		offset, size, _ := handle(value)
		if block := levelBlock(b, offset, size); block != nil {
			blocks = append(blocks, block)
		}
	}
	return append(blocks, index)
}

func handle(b []byte) (offset, size uint64, rest []byte) {
	offset, n := endian.Uvarint(b)
	b = b[max(0, n):]
	size, n = endian.Uvarint(b)
	return offset, size, b[max(0, n):]
}

func levelBlock(b []byte, offset, size uint64) []byte {
	if offset > uint64(len(b)) || size+1 > uint64(len(b))-offset {
		return nil
	}
	block := b[offset : offset+size]
	if b[offset+size] == 1 {
		return unsnap(block)
	}
	return block
}

// entries returns the values of a block: shared and own length of the key,
// length of the value, then both.
func entries(block []byte) (values [][]byte) {
	if len(block) < 4 {
		return nil
	}
	restarts := int(endian.LittleEndian.Uint32(block[len(block)-4:]))
	end := len(block) - 4 - 4*restarts
	for at := 0; at >= 0 && at < end; {
		var n [3]uint64
		for i := range n {
			v, used := endian.Uvarint(block[at:])
			n[i], at = v, at+max(1, used)
		}
		from, to := at+int(n[1]), at+int(n[1])+int(n[2])
		if from < at || to < from || to > end {
			break
		}
		values = append(values, block[from:to])
		at = to
	}
	return values
}

// unsnap decodes Snappy's block format as far as it goes.
func unsnap(b []byte) (out []byte) {
	_, n := endian.Uvarint(b)
	b = b[max(0, n):]
	for len(b) > 0 {
		tag := b[0]
		length, offset, used := int(tag>>2)+1, 0, 1
		switch tag & 3 {
		case 0:
			if extra := int(tag>>2) - 59; extra > 0 {
				if len(b) < 1+extra {
					return out
				}
				var wide [8]byte
				copy(wide[:], b[1:1+extra])
				length, used = int(endian.LittleEndian.Uint64(wide[:]))+1, 1+extra
			}
			if length <= 0 || length > len(b)-used {
				return append(out, b[used:]...)
			}
			out = append(out, b[used:used+length]...)
			b = b[used+length:]
			continue
		case 1:
			if len(b) < 2 {
				return out
			}
			length, offset, used = int(tag>>2&7)+4, int(tag>>5)<<8|int(b[1]), 2
		case 2:
			if len(b) < 3 {
				return out
			}
			offset, used = int(endian.LittleEndian.Uint16(b[1:])), 3
		case 3:
			if len(b) < 5 {
				return out
			}
			offset, used = int(endian.LittleEndian.Uint32(b[1:])), 5
		}
		if offset == 0 || offset > len(out) {
			return out
		}
		for range length { // it may overlap itself
			out = append(out, out[len(out)-offset])
		}
		b = b[used:]
	}
	return out
}

// The scanner finds every form of a value, in a file of noise, at any place
// and through every layer; otherwise that it finds nothing would mean nothing.
func TestErasureScannerFindsEverything(t *testing.T) {
	t.Parallel()
	const value = "Kéravéllion-Düsterwald"
	forms := formsOf("name", value)
	if len(forms) < 200 {
		t.Fatalf("%d forms of %q, want hundreds", len(forms), value)
	}
	s := newScanner(forms)
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	if got := s.find(noise); got != nil {
		t.Fatalf("found %q in noise", got)
	}
	for _, f := range forms {
		planted := slices.Concat(noise[:1001], f.bytes, noise[1001:])
		if got := s.find(planted); !slices.Contains(got, f.what) {
			t.Errorf("planted %s, found %q", f.what, got)
		}
	}
	zipped := func(w io.WriteCloser, into *bytes.Buffer) []byte {
		_, err := w.Write(slices.Concat(noise, []byte(value), noise))
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return slices.Concat(noise[:77], into.Bytes(), noise[:99])
	}
	var g, z bytes.Buffer
	deflated, _ := zlib.NewWriterLevel(&z, flate.BestCompression)
	for name, content := range map[string][]byte{
		"record.gz":  zipped(gzip.NewWriter(&g), &g),
		"record":     zipped(deflated, &z),
		"000003.log": journalled(slices.Concat(noise, noise, noise, noise, noise, noise, noise[:2750], []byte(value), noise)),
		"000005.ldb": table(t, slices.Concat(noise[:700], []byte(value))),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if s.find(content) != nil {
			t.Errorf("%s shows the value as it lies: it tests no layer", name)
		}
		if got := s.scan(t, dir); !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, "name as composed, UTF-8") }) {
			t.Errorf("%s: found %q, want the value", name, got)
		}
	}
	dir := filepath.Join(t.TempDir(), value)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.scan(t, dir); len(got) == 0 {
		t.Error("a file's name with the value in it is not found")
	}
}

// journalled writes a record as LevelDB's journal does, in pieces.
func journalled(record []byte) (out []byte) {
	const block, header = 32 << 10, 7
	for len(record) > 0 {
		room := block - len(out)%block
		if room <= header {
			out = append(out, make([]byte, room)...)
			continue
		}
		n := min(len(record), room-header)
		out = append(out, 0, 0, 0, 0, byte(n), byte(n>>8), 1)
		out = append(out, record[:n]...)
		record = record[n:]
	}
	return out
}

// table writes a LevelDB table of one block, which Snappy's copies make
// unreadable: every second byte of the value is a copy of itself.
func table(t *testing.T, content []byte) []byte {
	t.Helper()
	block := snap(content)
	if got := unsnap(block); !bytes.Equal(got, content) {
		t.Fatalf("Snappy: %d bytes came back as %d others", len(content), len(got))
	}
	varint := func(v ...int) (b []byte) {
		for _, n := range v {
			b = endian.AppendUvarint(b, uint64(n)) //nolint:gosec // lengths
		}
		return b
	}
	out := append(slices.Clone(block), 1, 0, 0, 0, 0)
	at := varint(0, len(block))
	index := slices.Concat(varint(0, 1, len(at)), []byte("k"), at, []byte{0, 0, 0, 0, 1, 0, 0, 0})
	start := len(out)
	out = append(append(out, index...), 0, 0, 0, 0, 0)
	footer := make([]byte, 40)
	copy(footer, slices.Concat(varint(0, 0), varint(start, len(index))))
	return endian.LittleEndian.AppendUint64(append(out, footer...), 0xdb4775248b80fb57)
}

// snap writes runs of five bytes as a literal and, where the last four occur
// again, as a copy of them.
func snap(content []byte) []byte {
	out := endian.AppendUvarint(nil, uint64(len(content)))
	for at := 0; at < len(content); {
		if from := bytes.LastIndex(content[:at], content[at:min(at+4, len(content))]); from >= 0 && at+4 <= len(content) && at-from < 1<<16 {
			out = append(out, 3<<2|2, byte(at-from), byte((at-from)>>8))
			at += 4
			continue
		}
		n := min(5, len(content)-at)
		out = append(out, byte(n-1)<<2)
		out = append(out, content[at:at+n]...)
		at += n
	}
	return out
}
