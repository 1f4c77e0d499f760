package e2e

import (
	"regexp"
	"strconv"
	"testing"

	qrcode "github.com/yeqown/go-qrcode/v2"
)

// A symbol is a QR code (ISO/IEC 18004) as its rows of dark and light modules,
// without the quiet zone.
type symbol [][]bool

// scan reads the QR code on the page, as a phone's camera does: by its dark
// modules and nothing else.
func (w *walk) scan() string {
	w.t.Helper()
	size, err := strconv.Atoi(w.b.String(`document.querySelector("svg.qr").viewBox.baseVal.width.toString()`))
	if err != nil {
		w.t.Fatal(err)
	}
	const quiet = 4
	s := make(symbol, size-2*quiet)
	for i := range s {
		s[i] = make([]bool, len(s))
	}
	path := w.b.String(`document.querySelector("svg.qr path").getAttribute("d")`)
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)`).FindAllStringSubmatch(path, -1) {
		x, _ := strconv.Atoi(run[1])
		y, _ := strconv.Atoi(run[2])
		n, _ := strconv.Atoi(run[3])
		for i := range n {
			s[y-quiet][x-quiet+i] = true
		}
	}
	return s.text(w.t)
}

// blocksOfM are the blocks and the data codewords of each at error correction
// level M, by version (table 9). A screen has no errors to correct.
var blocksOfM = map[int][2]int{1: {1, 16}, 2: {1, 28}, 3: {1, 44}, 4: {2, 32}, 5: {2, 43}, 6: {4, 27}}

// text decodes a symbol of up to version 6, level M, in byte mode.
func (s symbol) text(t *testing.T) string {
	t.Helper()
	blocks, ok := blocksOfM[(len(s)-17)/4]
	if !ok {
		t.Fatalf("a QR code of %d modules, want version 6 or less", len(s))
	}
	words := s.codewords()
	data := make([]byte, 0, blocks[0]*blocks[1])
	for b := range blocks[0] {
		for k := range blocks[1] {
			data = append(data, words[k*blocks[0]+b])
		}
	}
	bits := func(at, n int) (v int) {
		for i := at; i < at+n; i++ {
			v = v<<1 | int(data[i/8]>>(7-i%8)&1)
		}
		return v
	}
	if mode := bits(0, 4); mode != 4 {
		t.Fatalf("mode %d of the QR code, want bytes", mode)
	}
	text := make([]byte, bits(4, 8))
	for i := range text {
		text[i] = byte(bits(12+8*i, 8))
	}
	return string(text)
}

// codewords reads the modules in the order of 7.7.3: two columns at a time from
// the right, up and down in turn.
func (s symbol) codewords() []byte {
	var words []byte
	n, bits := 0, byte(0)
	up := true
	for right := len(s) - 1; right > 0; right -= 2 {
		if right == 6 { // the timing pattern
			right--
		}
		for k := range s {
			y := k
			if up {
				y = len(s) - 1 - k
			}
			for _, x := range []int{right, right - 1} {
				if s.function(x, y) {
					continue
				}
				bits <<= 1
				if s[y][x] != s.masked(x, y) {
					bits |= 1
				}
				if n++; n%8 == 0 {
					words = append(words, bits)
				}
			}
		}
		up = !up
	}
	return words
}

// function says that a module belongs to a pattern and holds no data: finders
// with the format beside them, timing, alignment.
func (s symbol) function(x, y int) bool {
	end := len(s) - 8
	finder := x < 9 && y < 9 || x >= end && y < 9 || x < 9 && y >= end
	middle := len(s) - 7
	alignment := len(s) > 21 && abs(x-middle) <= 2 && abs(y-middle) <= 2
	return finder || alignment || x == 6 || y == 6
}

func abs(v int) int { return max(v, -v) }

// masked is the mask that the format names (7.8.2), at a module.
func (s symbol) masked(x, y int) bool {
	mask := 0
	for i, flipped := range []bool{true, false, true} { // of the format's own mask
		mask <<= 1
		if s[8][2+i] != flipped {
			mask |= 1
		}
	}
	return []int{
		(x + y) % 2, y % 2, x % 3, (x + y) % 3, (y/2 + x/3) % 2, x*y%2 + x*y%3, (x*y%2 + x*y%3) % 2, ((x+y)%2 + x*y%3) % 2,
	}[mask] == 0
}

// kept takes a symbol from the library that writes it.
type kept struct{ symbol symbol }

func (k *kept) Write(m qrcode.Matrix) error {
	k.symbol = m.Bitmap()
	return nil
}

func (*kept) Close() error { return nil }

func TestScanReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"http://a.test", "http://127.0.0.1:12345/p/Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA",
		"http://127.0.0.1:12345/p/Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MAZm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA",
	} {
		code, err := qrcode.NewWith(link, qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionMedium))
		if err != nil {
			t.Fatal(err)
		}
		var k kept
		if err := code.Save(&k); err != nil {
			t.Fatal(err)
		}
		if got := k.symbol.text(t); got != link {
			t.Errorf("text() = %q, want %q", got, link)
		}
	}
}
