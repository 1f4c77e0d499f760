package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// BenchLiveCmd plays whole live sessions before the engine and the session's
// judge: people of photographs who do what they are asked, and attacks with
// the same photographs.
type BenchLiveCmd struct {
	ModelsFlag
	Photos    []string `arg:"" type:"path" help:"Photographs, or folders of them, of one face each."`
	People    int      `default:"12" help:"How many of the photographs to use, evenly spread over them."`
	Sessions  int      `default:"2" help:"Sessions of each person with each species."`
	Species   []string `help:"Species to play; all when none is named."`
	ReadWords bool     `help:"Read the written words from the frames instead of taking them as read."`
	Seed      uint64   `default:"1" help:"What is left to chance."`
}

// Run plays and prints.
func (c *BenchLiveCmd) Run(g *Globals) error {
	// The libraries read their limits when they are loaded, so what is measured
	// here would not be what an engine child does.
	if limits := engine.Limits(); g.Restart != nil && !engine.Limited() {
		return g.Restart(limits)
	}
	stage, err := c.stage(g)
	if err != nil {
		return err
	}
	defer stage.close()
	people, err := stage.people(c.Photos, c.People)
	if err != nil {
		return err
	}
	report, err := c.play(stage, people)
	if err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

// stage sets up the engines.
func (c *BenchLiveCmd) stage(g *Globals) (*liveStage, error) {
	finder, err := c.finder()
	if err != nil {
		return nil, err
	}
	t, err := thresholds(finder)
	if err != nil {
		return nil, err
	}
	faceEngine, err := newFaceEngine(finder, g)
	if err != nil {
		return nil, err
	}
	s := &liveStage{g: g, engine: faceEngine, bonaFide: t.BonaFide, rules: liveness.Rules{Matcher: t.Face, Words: ocr.MinWordScore}}
	if c.ReadWords {
		if s.words, err = tesseract.New(tesseract.Config{Models: finder, Logger: g.Log}); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// play plays every species with every person.
func (c *BenchLiveCmd) play(s *liveStage, people []livePerson) (liveReport, error) {
	species := c.Species
	if len(species) == 0 {
		species = liveSpecies
	}
	report := newLiveReport(people, s.bonaFide)
	for _, name := range species {
		if !slices.Contains(liveSpecies, name) {
			return liveReport{}, fmt.Errorf("no species %q; there are %q", name, liveSpecies)
		}
		for i := range people {
			for n := range c.Sessions {
				take := liveTake{species: name, person: people[i], other: s.someoneElse(people, i), seed: c.Seed + uint64(1000*i+n)}
				if err := s.g.Context.Err(); err != nil {
					return liveReport{}, err
				}
				played, err := s.play(take)
				if err != nil {
					return liveReport{}, fmt.Errorf("%s: %w", name, err)
				}
				report.add(name, s.bonaFide, played)
			}
		}
	}
	report.Work, report.WordsWork = liveTimes(s.work), liveTimes(s.reading)
	return report, nil
}

// liveStage is what sessions are played with, and what it cost.
type liveStage struct {
	g        *Globals
	engine   *opencv.Engine
	words    *tesseract.Reader // nil where words are taken as read
	rules    liveness.Rules
	bonaFide float64
	work     []time.Duration // of each frame: decoding, examining, judging
	reading  []time.Duration // of each frame that words were read from
}

func (s *liveStage) close() {
	s.engine.Close()
	if s.words != nil {
		s.words.Close()
	}
}
