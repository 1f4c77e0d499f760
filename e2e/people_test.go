package e2e

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
)

// A picture is a photograph of the test data with the box and the points of its
// face, as the detector finds them.
type picture struct {
	path   []string // below the test data; none is the drawn face
	face   image.Rectangle
	points [5][2]float64 // of specimen.Sitter, where the face acts
}

// drawnPhoto is nobody: for pictures of pages that are shown to the world. It
// can act, but the attack detector doubts it, so that an agent decides.
var drawnPhoto = picture{
	face:   image.Rect(117, 162, 353, 463),
	points: [5][2]float64{{184, 280}, {294, 280}, {239, 339}, {192, 385}, {286, 386}},
}

const drawnSeed = 0

// Three photographs of one person that the model is sure about (scores from
// 0.82 to 0.88 between them) and one of another (0.14 and less).
var (
	portraitPhoto = picture{path: []string{"faces", "deepface", "img6.jpg"}, face: image.Rect(196, 210, 568, 726)}
	selfiePhoto   = picture{path: []string{"faces", "deepface", "img2.jpg"}, face: image.Rect(575, 150, 968, 678)}
	livePhoto     = picture{
		path: []string{"faces", "deepface", "img7.jpg"}, face: image.Rect(386, 435, 986, 1210),
		points: [5][2]float64{{557, 747}, {827, 733}, {704, 906}, {593, 1008}, {824, 995}},
	}
	otherPhoto = picture{
		path: []string{"faces", "deepface", "img8.jpg"}, face: image.Rect(178, 113, 451, 489),
		points: [5][2]float64{{252, 265}, {378, 260}, {313, 334}, {266, 389}, {380, 384}},
	}
)

func (p picture) load(t *testing.T) image.Image {
	t.Helper()
	if p.path == nil {
		return specimen.DrawnFace(drawnSeed)
	}
	file, err := os.Open(testenv.Data(t, p.path...))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := jpeg.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// An applicant is an invented person with the pictures that stand for them.
type applicant struct {
	specimen.Person
	email, phone, username, birthPlace string
	format                             specimen.Format
	portrait, selfie, live             picture
}

// newApplicant returns the usual applicant, with a contact of their own so
// that tests on one service do not meet.
func newApplicant(name string) applicant {
	return applicant{
		Person: specimen.Person{
			FamilyNames: "Lefèvre-Müller", GivenNames: "Zoë Marie", Sex: "F",
			BirthDate:    time.Date(1984, 2, 29, 0, 0, 0, 0, time.UTC),
			PlaceOfBirth: "NANTES", Nationality: "FRA", IssuingState: "FRA",
			DocumentNumber: "24VL" + digits(name), OptionalData: "",
			IssueDate:  time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC),
			ExpiryDate: time.Date(2031, 5, 31, 0, 0, 0, 0, time.UTC),
		},
		email: name + "@vouchline.test", phone: "+336120" + digits(name), username: name, birthPlace: "Nantes",
		format:   specimen.TD3,
		portrait: portraitPhoto, selfie: selfiePhoto, live: livePhoto,
	}
}

// digits makes five figures of a name.
func digits(name string) string {
	sum := 7
	for _, c := range name {
		sum = (sum*31 + int(c)) % 100000
	}
	out := []byte("00000")
	for i := 4; i >= 0; i-- {
		out[i] = byte('0' + sum%10)
		sum /= 10
	}
	return string(out)
}

// documentFile draws the applicant's document on a table and photographs it.
func (a applicant) documentFile(t *testing.T, side specimen.Side) string {
	t.Helper()
	doc, _ := specimen.Draw(specimen.Options{
		Format: a.format, Side: side, Person: a.Person, Portrait: a.portrait.load(t), Face: a.portrait.face, Seed: 11,
	})
	photo, _ := specimen.Photograph(doc, specimen.Shot{Seed: 12 + uint64(len(side))})
	return writeJPEG(t, "document-"+string(side)+".jpg", photo)
}

func (a applicant) selfieFile(t *testing.T) string {
	t.Helper()
	return writeJPEG(t, "selfie.jpg", a.selfie.load(t))
}

func writeJPEG(t *testing.T, name string, img image.Image) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := jpeg.Encode(file, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return path
}
