package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/jpeg"
	"image/png"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/internal/mutate"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

// mutationsVariable sets how many mutated photographs TestMutations sends;
// `make mutations` sends 10,000.
const mutationsVariable = "VOUCHLINE_MUTATIONS"

func mutationCount(t *testing.T) uint64 {
	t.Helper()
	v := os.Getenv(mutationsVariable)
	if v == "" {
		return 600
	}
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil {
		t.Fatalf("%s: %v", mutationsVariable, err)
	}
	return n
}

// TestMutations sends spoilt photographs through the gate that the server puts
// before every upload and, spoilt as they are, to the engine children. None may
// end a child or keep it busy to its time limit; every answer is a reading or an
// error with a code.
func TestMutations(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts", specimen.Available())
	originals := mutationOriginals(t)
	p := engine.NewPool(engine.Config{
		Command: []string{os.Args[0], "engine", "--models", modelFolder(t)},
		Env:     []string{programVariable + "=1", "VOUCHLINE_MODELS="},
		Size:    2,
		Timeout: time.Minute,
	})
	t.Cleanup(p.Close)

	count := mutationCount(t)
	numbers := make(chan uint64)
	var tally tally
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for n := range numbers {
				b, kind := mutate.File(originals[n/uint64(len(mutate.Kinds))%uint64(len(originals))], n)
				gateAnswers(t, n, kind.Name, b)
				reading, err := p.ReadDocument(t.Context(), b)
				code, ok := coded(reading, err)
				if !ok {
					t.Errorf("mutation %d (%s): ReadDocument() error = %v, want a reading or a coded error", n, kind.Name, err)
				}
				tally.add(code)
			}
		})
	}
	for n := range count {
		numbers <- n
	}
	close(numbers)
	workers.Wait()
	t.Logf("%d mutated photographs: %v", count, tally.counts)
	if len(tally.counts) < 4 {
		t.Errorf("only the answers %v: these mutations try nothing", tally.counts)
	}
}

// mutationOriginals are small photographs of drawn documents: what matters is
// in the file, and a small one is read ten times as fast.
func mutationOriginals(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	for i, f := range []specimen.Format{specimen.TD3, specimen.TD1, specimen.MRVB} {
		side := specimen.Front
		if f == specimen.TD1 {
			side = specimen.Back
		}
		img, _ := specimen.Draw(specimen.Options{Format: f, Side: side, Seed: uint64(i), PerMM: 4.5})
		var j bytes.Buffer
		if err := jpeg.Encode(&j, img, &jpeg.Options{Quality: 80}); err != nil {
			t.Fatal(err)
		}
		out = append(out, j.Bytes())
		if i == 0 {
			var p bytes.Buffer
			if err := png.Encode(&p, img); err != nil {
				t.Fatal(err)
			}
			out = append(out, p.Bytes())
		}
	}
	return out
}

// gateAnswers: the gate runs in the server itself, where a panic would end
// everybody's session.
func gateAnswers(t *testing.T, n uint64, kind string, b []byte) {
	t.Helper()
	normal, info, err := photo.Normalize(b)
	var refused *photo.Error
	switch {
	case err == nil:
		if len(normal) == 0 || info.Width < 1 || info.Height < 1 {
			t.Errorf("mutation %d (%s): Normalize() = %d bytes, %+v, want a picture", n, kind, len(normal), info)
		}
	case !errors.As(err, &refused):
		t.Errorf("mutation %d (%s): Normalize() error = %v, want *photo.Error", n, kind, err)
	}
}

// coded returns the code of an answer, "read" for a reading, and whether it is
// one that the flow knows what to do with.
func coded(reading ocr.Reading, err error) (string, bool) {
	var refused *photo.Error
	var unread *ocr.Error
	switch {
	case err == nil:
		_, encodeErr := json.Marshal(reading)
		return "read", encodeErr == nil && reading.MRZ != nil
	case errors.As(err, &refused):
		return refused.Code, refused.Code != ""
	case errors.As(err, &unread):
		return unread.Code, unread.Code != ""
	}
	return "fault", false
}

// tally counts answers.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *tally) add(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.counts[code]++
}
