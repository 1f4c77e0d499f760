package main

import (
	"image"

	"github.com/vouchline/vouchline/internal/specimen"
)

// specimenScene is a way to photograph a document, to spoil the photograph or to
// tamper with the document. The steps that are nil are left out.
type specimenScene struct {
	name, set string
	before    func(*easel)
	document  func(*easel, image.Image, specimen.Truth) image.Image
	photo     func(*easel, image.Image, image.Rectangle) image.Image
}

// specimenScenes are what a set consists of, in equal parts.
var specimenScenes = append(append(cleanScenes(), degradedScenes()...), tamperedScenes()...)

func cleanScenes() []specimenScene {
	scenes := make([]specimenScene, 10)
	for i := range scenes {
		scenes[i] = specimenScene{name: setClean, set: setClean}
	}
	return scenes
}

// Amounts are those of a photograph that a person still reads without effort.
func degradedScenes() []specimenScene {
	place := func(name string, f func(*easel)) specimenScene {
		return specimenScene{name: name, set: setDegraded, before: f}
	}
	spoil := func(name string, f func(e *easel, img image.Image, zone image.Rectangle) image.Image) specimenScene {
		return specimenScene{name: name, set: setDegraded, photo: f}
	}
	by := func(name string, do specimen.Degradation, unit string, amounts ...float64) specimenScene {
		return spoil(name, func(e *easel, img image.Image, _ image.Rectangle) image.Image {
			return do(img, e.amount(unit, amounts...), e.seed)
		})
	}
	return []specimenScene{
		place("turned", func(e *easel) { e.shot.Degrees = e.amount("degrees clockwise", 90, 180, 270) }),
		place("askew", func(e *easel) { e.shot.Degrees = e.amount("degrees clockwise", -35, -20, 15, 30, 140, 215) }),
		place("tilt", func(e *easel) { e.shot.Pitch = e.amount("degrees", 20, 30, 40) }),
		place("cut", func(e *easel) { e.shot.Cut = e.amount("part of the document", 0.05, 0.1, 0.2) }),
		place("small", func(e *easel) {
			e.shot.Width = int(e.amount("pixels of width", 640, 800, 1000))
			e.shot.Height, e.shot.Share = e.shot.Width*3/4, 0.92
		}),
		by("blur", specimen.Blur, "pixels of standard deviation", 1, 1.5, 2),
		by("motion", specimen.Motion, "pixels of way", 3, 5, 7),
		by("noise", specimen.Noise, "standard deviation in levels of 255", 8, 14, 20),
		by("jpeg", specimen.JPEG, "quality 1 to 100", 20, 35, 50),
		by("glare", specimen.Glare, "part of full white at its middle", 0.5, 0.8, 1),
		spoil("glare_mrz", func(e *easel, img image.Image, zone image.Rectangle) image.Image {
			x, y := float64(zone.Min.X)+e.r.Float64()*float64(zone.Dx()), float64(zone.Min.Y+zone.Max.Y)/2
			return specimen.GlareAt(img, e.amount("part of full white at its middle", 0.4, 0.6, 0.75), x, y, 0.12*float64(zone.Dx()))
		}),
		by("shade", specimen.Shade, "part of the light taken from the darkest corner", 0.4, 0.6, 0.75),
		by("contrast", specimen.Contrast, "part of the contrast that is left", 0.3, 0.45, 0.6),
		by("cast", specimen.Cast, "part that red gains and blue loses, or the reverse", 0.1, 0.2, 0.3),
	}
}

func tamperedScenes() []specimenScene {
	tamper := func(name string, s specimenScene) specimenScene {
		do := s.before
		s.name, s.set = name, setTampered
		s.before = func(e *easel) {
			e.truth.Tampering = name
			if do != nil {
				do(e)
			}
		}
		return s
	}
	var scenes []specimenScene
	for _, t := range specimen.Tamperings {
		if t.Name == "screen_replay" {
			scenes = append(scenes, tamper(t.Name, specimenScene{photo: func(e *easel, img image.Image, _ image.Rectangle) image.Image {
				return t.Do(img, t.Usual, e.seed)
			}}))
			continue
		}
		scenes = append(scenes, tamper(t.Name, specimenScene{document: func(e *easel, doc image.Image, _ specimen.Truth) image.Image {
			return t.Do(doc, t.Usual, e.seed)
		}}))
	}
	return append(scenes,
		tamper("portrait_swap", specimenScene{
			before: func(e *easel) { e.o.Side = specimen.Front },
			document: func(e *easel, doc image.Image, t specimen.Truth) image.Image {
				if t.Lines == nil {
					e.truth.MRZ, e.truth.Side = nil, string(specimen.Front)
				}
				return specimen.PortraitSwap(doc, t.Portrait, specimen.DrawnFace(e.seed+7), e.seed)
			},
		}),
		tamper("mrz_font", specimenScene{before: func(e *easel) { e.o.MRZFont = specimen.MRZFonts[1+e.r.IntN(len(specimen.MRZFonts)-1)] }}),
		tamper("print_mismatch", specimenScene{before: func(e *easel) {
			if e.o.Format == specimen.TD1 { // whose print is on the side without the zone
				e.kind = specimenKinds[0]
				e.prepare()
				e.truth.Tampering = e.scene.name
			}
			other := specimen.PrintMismatch(e.o.Person, e.seed)
			e.o.Printed = &other
		}}),
		specimenScene{name: setNone, set: setNone, document: func(e *easel, doc image.Image, _ specimen.Truth) image.Image {
			e.truth = documentTruth{Set: setNone}
			return specimen.Selfie(specimen.DrawnFace(e.seed), image.Rectangle{}, e.seed)
		}},
		specimenScene{name: setSeveral, set: setSeveral, before: func(e *easel) {
			other := specimenKinds[e.r.IntN(5)].format
			person := specimen.RandomPerson(other, e.seed+11)
			doc, _ := specimen.Draw(specimen.Options{Format: other, Side: specimen.Back, Person: person, Seed: e.seed + 11, PerMM: 10, Design: specimen.RandomDesign(e.seed + 11)})
			e.shot.Beside = []image.Image{doc}
			e.truth = documentTruth{Set: setSeveral, Several: [][]string{e.truth.MRZ, specimen.MRZ(other, person)}}
		}},
	)
}
