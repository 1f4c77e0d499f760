package opencv

import (
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

// twice returns a finder whose second embedding model is MobileFaceNet again,
// described by spec.
func twice(t *testing.T, change func(*models.File)) models.Finder {
	t.Helper()
	finder := models.Default(testenv.Root())
	testenv.Need(t, "models", finder.Missing(models.YuNet, models.MobileFaceNet))
	file, _ := models.Lookup(models.MobileFaceNet)
	spec := *file.Embedding
	file.Name, file.File, file.Embedding = "second", models.MobileFaceNet, &spec
	change(&file)
	finder.Files = append(append([]models.File{}, models.Manifest...), file)
	return finder
}

func TestSecondModel(t *testing.T) {
	t.Parallel()
	e, err := New(Config{Models: twice(t, func(f *models.File) { f.Embedding.Mirror = false })})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	x, err := e.Embed(t.Context(), picture(t, "faces", "lfw", "Abel_Pacheco_0001.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	first, second := x.Template[models.MobileFaceNet], x.Template["second"]
	if score := first.Score(second); score < 0.95 || score > 0.9999 {
		t.Errorf("score of the embeddings with and without mirror image = %v, want nearly 1", score)
	}
	c := e.Matcher().Compare(x.Template, x.Template)
	if c.Model != models.MobileFaceNet || len(c.Others) != 1 || c.Others[0].Model != "second" {
		t.Errorf("Compare() = %+v, want both models' opinions", c)
	}
}

// TestManifestThatDoesNotFit: what the operator wrote is told at once and does
// not end the process.
func TestManifestThatDoesNotFit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*models.File)
		want   string
	}{
		"dimensions":    {func(f *models.File) { f.Embedding.Dimensions = 512 }, "second gave 128 values for a face, its manifest says 512"},
		"side":          {func(f *models.File) { f.Embedding.Side = 80 }, "second"},
		"no embedding":  {func(f *models.File) { f.File = models.MiniFASNetV2; f.SHA256 = digestOf(models.MiniFASNetV2) }, "second"},
		"no thresholds": {func(f *models.File) { f.Thresholds = nil }, "no thresholds for second"},
	}
	for name, tt := range tests {
		if _, err := New(Config{Models: twice(t, tt.change)}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: New() error = %v, want %q in it", name, err, tt.want)
		}
	}
}

func digestOf(name string) string {
	file, _ := models.Lookup(name)
	return file.SHA256
}
