package softphone

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// A Tone is a sine of so many hertz, by which a phone is recognised at the
// other end of a call.
type Tone int

// Tones draws so many tones that cannot be taken for one another, and logs the
// seed of the draw. All are within the band of telephony (ITU-T G.711).
func Tones(tb testing.TB, n int) []Tone {
	tb.Helper()
	seed := rand.Uint64() //nolint:gosec // no secret
	tb.Logf("tones of seed %d", seed)
	return tones(seed, n)
}

func tones(seed uint64, n int) []Tone {
	drawn := make([]Tone, 0, n)
	for _, step := range rand.New(rand.NewPCG(seed, 0)).Perm(24)[:n] { //nolint:gosec // no secret
		drawn = append(drawn, Tone(400+60*step))
	}
	return drawn
}

const (
	rate      = 8000 // of what a phone plays
	amplitude = 8000
	played    = 60 // seconds
)

// wav is the tone as a file (RIFF, PCM of 16 bits, one channel).
func (t Tone) wav() []byte {
	samples := make([]int16, rate*played)
	for i := range samples {
		samples[i] = int16(amplitude * math.Sin(2*math.Pi*float64(t)*float64(i)/rate))
	}
	size := uint32(2 * len(samples)) //nolint:gosec // a minute
	var b bytes.Buffer
	b.WriteString("RIFF")
	header := []any{36 + size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16), []byte("data"), size, samples}
	for _, field := range header {
		_ = binary.Write(&b, binary.LittleEndian, field) // into memory
	}
	return b.Bytes()
}

// heardIn reports whether a whole second of the recording is the tone and
// nothing else. A recording that is not there yet has none.
func (t Tone) heardIn(path string) (bool, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the test's own
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	samples, rates, err := decode(b)
	for _, hertz := range rates {
		for start := 0; start+hertz <= len(samples); start += hertz / 2 {
			if t.share(samples[start:start+hertz], hertz) > pure {
				return true, nil
			}
		}
	}
	return false, err
}

// pure is the least share of a tone's power in what came through two phones and
// a PBX. Half a second without loss has more than 0.99; another tone has none.
const pure = 0.8

// audible is the least mean power of a sample, a hundredth of what is played:
// in silence a rounding error would be a tone.
const audible = amplitude * amplitude / 2 / 100

// share is how much of the samples' power the tone has (Goertzel). Over a whole
// second tones of whole hertz are orthogonal.
func (t Tone) share(samples []int16, hertz int) float64 {
	coefficient := 2 * math.Cos(2*math.Pi*float64(t)/float64(hertz))
	var s1, s2, power float64
	for _, v := range samples {
		x := float64(v)
		s1, s2 = x+coefficient*s1-s2, s1
		power += x * x
	}
	n := float64(len(samples))
	if power/n < audible {
		return 0
	}
	return 2 * (s1*s1 + s2*s2 - coefficient*s1*s2) / n / power
}

// unfinished are the rates at which Linphone records what came by the codecs in
// use. It writes which one it was at the end of the call, and leaves room for it
// before. Taken for the other, a tone is none of those that are drawn.
var unfinished = []int{rate, 48000}

// decode reads the samples of a file that may still be written to, and the rates
// that they may have.
func decode(b []byte) (samples []int16, rates []int, err error) {
	const header = 44
	if len(b) < header {
		return nil, nil, nil
	}
	channels, bits := binary.LittleEndian.Uint16(b[22:]), binary.LittleEndian.Uint16(b[34:])
	hertz := int(binary.LittleEndian.Uint32(b[24:]))
	switch {
	case bytes.Count(b[:header], []byte{0}) == header:
		rates = unfinished
	case string(b[:4]) == "RIFF" && channels == 1 && bits == 16 && hertz >= rate:
		rates = []int{hertz}
	default:
		return nil, nil, fmt.Errorf("a recording of %d channels, %d bits and %d Hz", channels, bits, hertz)
	}
	samples = make([]int16, (len(b)-header)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(b[header+2*i:])) //nolint:gosec // two's complement
	}
	return samples, rates, nil
}
