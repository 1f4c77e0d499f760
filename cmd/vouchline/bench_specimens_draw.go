package main

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/vouchline/vouchline/internal/specimen"
)

// specimenKind is a kind of document: a format, and the state that alone issues
// it where there is one.
type specimenKind struct {
	name   string
	format specimen.Format
	state  string
}

// The number of kinds has no factor in common with that of the scenes, so that
// counting through both at once meets every pair.
var specimenKinds = []specimenKind{
	{"td3", specimen.TD3, ""},
	{"td1", specimen.TD1, ""},
	{"td2", specimen.TD2, ""},
	{"mrva", specimen.MRVA, ""},
	{"mrvb", specimen.MRVB, ""},
	{"frid", specimen.FRID, "FRA"},
	{"fra2021", specimen.TD1, "FRA"},
}

// drawnSpecimen is one image with what is known of it.
type drawnSpecimen struct {
	name  string
	image image.Image
	truth documentTruth
}

// easel is what one document of the set is drawn with.
type easel struct {
	r     *rand.Rand
	seed  uint64
	kind  specimenKind
	scene specimenScene
	o     specimen.Options
	shot  specimen.Shot
	truth documentTruth
}

// drawSpecimen draws the nth document of the set: one image, or two where both
// sides are in it.
func drawSpecimen(n int, seed uint64) []drawnSpecimen {
	// 13 spreads the scenes over a set that is cut short.
	kind, scene := specimenKinds[n%len(specimenKinds)], specimenScenes[n*13%len(specimenScenes)]
	e := easel{
		r:    rand.New(rand.NewPCG(seed, uint64(n))), //nolint:gosec // reproducible on purpose
		seed: seed<<20 + uint64(n), kind: kind, scene: scene,
	}
	e.prepare()
	img := e.draw()
	name := fmt.Sprintf("%04d_%s_%s", n, e.kind.name, scene.name)
	out := []drawnSpecimen{{name + ".jpg", img, e.truth}}
	if e.o.Format == specimen.TD1 && scene.set == setClean {
		out[0].truth.Other = name + "_front.jpg"
		front := e.front()
		front.name, front.truth.Other = name+"_front.jpg", name+".jpg"
		out = append(out, front)
	}
	return out
}

// prepare decides what every scene leaves to chance.
func (e *easel) prepare() {
	person := specimen.RandomPerson(e.kind.format, e.seed)
	if e.kind.state != "" {
		person = specimen.PersonOf(e.kind.state, e.kind.format, e.seed)
	}
	width := 1280 + 40*e.r.IntN(9)
	e.shot = specimen.Shot{
		Width: width, Height: width * 3 / 4, Seed: e.seed,
		Share:   0.72 + 0.2*e.r.Float64(),
		Degrees: 8*e.r.Float64() - 4,
		Pitch:   1 + 7*e.r.Float64(),
		Surface: specimen.Surface(e.r.IntN(specimen.Surfaces)),
	}
	e.o = specimen.Options{
		Format: e.kind.format, Side: specimen.Back, Person: person, Seed: e.seed,
		Design: specimen.RandomDesign(e.seed), PerMM: 10, Pattern: 0.6 + 0.8*e.r.Float64(),
	}
	e.truth = documentTruth{
		Type: strings.ReplaceAll(string(e.kind.format), "-", ""), Set: e.scene.set, State: person.IssuingState,
		MRZ: specimen.MRZ(e.kind.format, person), Fields: printedFields(e.kind.format, person),
	}
	if e.kind.format == specimen.TD1 {
		e.truth.Side = string(specimen.Back)
	}
}

// draw makes the image of the scene. A zone that is not whole in it is not
// expected to be read.
func (e *easel) draw() image.Image {
	if e.scene.before != nil {
		e.scene.before(e)
	}
	doc, drawn := specimen.Draw(e.o)
	if e.scene.document != nil {
		doc = e.scene.document(e, doc, drawn)
	}
	photo, placed := specimen.Photograph(doc, e.shot)
	if e.scene.photo != nil {
		photo = e.scene.photo(e, photo, placed.Box(drawn.MRZ))
	}
	if e.shot.Cut > 0 && !placed.Box(drawn.MRZ).In(image.Rect(0, 0, e.shot.Width, e.shot.Height)) {
		e.truth.MRZ = nil
	}
	return photo
}

// front is the side of a card without a zone.
func (e *easel) front() drawnSpecimen {
	o, shot := e.o, e.shot
	o.Side, shot.Seed = specimen.Front, e.seed+1<<19
	doc, _ := specimen.Draw(o)
	photo, _ := specimen.Photograph(doc, shot)
	truth := e.truth
	truth.Side, truth.MRZ = string(specimen.Front), nil
	return drawnSpecimen{image: photo, truth: truth}
}

// amount records by how much the scene spoils, one of those given.
func (e *easel) amount(unit string, of ...float64) float64 {
	e.truth.Degradation, e.truth.Unit = e.scene.name, unit
	e.truth.Amount = of[e.r.IntN(len(of))]
	return e.truth.Amount
}

func printedFields(f specimen.Format, p specimen.Person) map[string]string {
	fields := map[string]string{
		"document_number": p.DocumentNumber, "primary_identifier": p.FamilyNames, "secondary_identifier": p.GivenNames,
		"nationality": p.Nationality, "sex": p.Sex, "issuing_state": p.IssuingState,
	}
	if p.BirthUnknown == "" {
		fields["birth_date"] = p.BirthDate.Format(time.DateOnly)
	}
	if f != specimen.FRID {
		fields["expiry_date"] = p.ExpiryDate.Format(time.DateOnly)
	}
	return fields
}
