// Command train makes the weights of package parts out of photographs of faces
// with open eyes and nothing before them. What is missing there is drawn: lids
// pulled down over the eyes; glasses, hands, masks and other things before the
// parts, in other ways each time. One seed gives one network.
//
//	go run ./faces/opencv/internal/parts/train open|eye|mouth FOLDER WEIGHTS
//
// Half of the people, by the letters of the file's name up to the number, are
// held out: no person is on both sides.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/faces/opencv/internal/parts"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/models"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: train open|eye|mouth FOLDER WEIGHTS")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) //nolint:forbidigo // a command of its own
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// sight is one part of one photograph.
type sight struct {
	gray  *plane
	place parts.Place
}

// subjects are what can be learnt: which parts of a face to look at, how to
// draw an example, and how one in which the thing is not seen.
var subjects = map[string]struct {
	places func(faces.Face) []parts.Place
	draw   func(sight, *rand.Rand) (parts.Patch, float64)
	spoil  func(sight, *rand.Rand) overlay
}{
	"open":  {eyes, sight.drawLids, func(s sight, r *rand.Rand) overlay { return s.lowered(r, 1) }},
	"eye":   {eyes, sight.drawEye, sight.covered},
	"mouth": {mouth, sight.drawMouth, sight.covered},
}

func eyes(f faces.Face) []parts.Place {
	both := opencv.Eyes(f)
	return both[:]
}

func mouth(f faces.Face) []parts.Place { return []parts.Place{opencv.MouthOf(f)} }

func run(ctx context.Context, name, folder, target string) error {
	subject, ok := subjects[name]
	if !ok {
		return fmt.Errorf("nothing to learn is called %q", name)
	}
	learn, held, err := collect(ctx, folder, subject.places)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d to learn, %d held out\n", len(learn), len(held))
	r := rand.New(rand.NewPCG(4, 0x11d5)) //nolint:gosec // reproducible on purpose
	n := start(r)
	const rounds, batch = 60, 4
	for round := range rounds {
		rate := 0.02 * math.Pow(0.02, float64(round)/rounds)
		var loss float64
		for _, i := range r.Perm(len(learn)) {
			for range batch {
				p, open := subject.draw(learn[i], r)
				loss += step(n, &p, open, rate)
			}
		}
		if round%10 == 9 || round == 0 {
			fmt.Fprintf(os.Stderr, "round %d: loss %.4f, held out %s\n", round+1, loss/float64(batch*len(learn)), test(n, held, subject.spoil))
		}
	}
	raw := make([]byte, 0, 4*len(n))
	for _, w := range n {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(w))
	}
	return os.WriteFile(target, raw, 0o600) //nolint:gosec // where the operator says
}

// collect finds the parts in a folder of photographs.
func collect(ctx context.Context, folder string, places func(faces.Face) []parts.Place) (learn, held []sight, err error) {
	finder := models.Default(".")
	engine, err := opencv.New(opencv.Config{Models: finder})
	if err != nil {
		return nil, nil, err
	}
	defer engine.Close()
	names, err := filepath.Glob(filepath.Join(folder, "*.jp*g"))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		b, err := os.ReadFile(name) //nolint:gosec // the operator's own folder
		if err != nil {
			return nil, nil, err
		}
		img, _, err := photo.Decode(b)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		found, err := partsIn(ctx, engine, img, places)
		if err != nil {
			return nil, nil, err
		}
		g := grayOf(img)
		for _, e := range found {
			if parts.HeldOut(name) {
				held = append(held, near(g, e))
			} else {
				learn = append(learn, near(g, e))
			}
		}
	}
	return learn, held, nil
}

// partsIn finds the parts of the largest face as an examination does.
func partsIn(ctx context.Context, engine *opencv.Engine, img image.Image, places func(faces.Face) []parts.Place) ([]parts.Place, error) {
	x, err := engine.Embed(ctx, img)
	if errors.Is(err, &faces.Error{Code: faces.NoFace}) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return places(x.Faces[0]), nil
}

// start has small weights of chance.
func start(r *rand.Rand) *parts.Network {
	var n parts.Network
	for i := range n {
		n[i] = float32(r.NormFloat64() * 0.03)
	}
	return &n
}

// step is one step of stochastic descent on the cross entropy and returns it.
func step(n *parts.Network, p *parts.Patch, open, rate float64) float64 {
	const row = parts.Width*parts.Height + 1
	y, hidden := n.Forward(p)
	wrong := y - open
	out := n[parts.Hidden*row:]
	for h, v := range hidden {
		back := wrong * float64(out[1+h]) * (1 - v*v) * rate * 0.1
		out[1+h] -= float32(rate * wrong * v)
		w := n[h*row : (h+1)*row]
		w[0] -= float32(back)
		for i, in := range p {
			w[1+i] -= float32(back)*in + float32(rate*1e-4)*w[1+i]
		}
	}
	out[0] -= float32(rate * wrong)
	return -open*math.Log(y+1e-9) - (1-open)*math.Log(1-y+1e-9)
}

// test tells how often the network is wrong at a half, with the thing seen and
// without.
func test(n *parts.Network, held []sight, spoil func(sight, *rand.Rand) overlay) string {
	r := rand.New(rand.NewPCG(9, 9)) //nolint:gosec // reproducible on purpose
	var wrong [2]int
	for _, s := range held {
		p := parts.Cut(s.gray.at, s.place)
		if y, _ := n.Forward(&p); y < 0.5 {
			wrong[1]++
		}
		p = spoil(s, r).patch(s.place)
		if y, _ := n.Forward(&p); y >= 0.5 {
			wrong[0]++
		}
	}
	return fmt.Sprintf("%d seen taken for unseen, %d unseen for seen, of %d each", wrong[1], wrong[0], len(held))
}
