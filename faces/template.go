package faces

import "log/slog"

// A Template is one face as every embedding model in use sees it, by the
// model's name in the manifest. It is biometric data: it does not print
// itself.
type Template map[string]Embedding

// String hides the vectors.
func (t Template) String() string { return "template(redacted)" }

// GoString hides the vectors from %#v.
func (t Template) GoString() string { return t.String() }

// LogValue hides the vectors.
func (t Template) LogValue() slog.Value { return slog.StringValue(t.String()) }

// A Model is an embedding model with the decision points that were measured
// with it.
type Model struct {
	Name       string
	Thresholds Thresholds
}

// A Matcher compares templates by its models. The first gives the score that
// is shown; the others are further opinions.
type Matcher []Model

// Compare scores two templates. Every model has to say Same for the answer to
// be Same; one that says Different against another that does not leaves the
// pair to a person, as does a template that lacks a model.
func (m Matcher) Compare(reference, probe Template) Comparison {
	if len(m) == 0 {
		return Comparison{Score: -1, Decision: Refer}
	}
	first := m[0].compare(reference, probe)
	for _, model := range m[1:] {
		other := model.compare(reference, probe)
		first.Others = append(first.Others, other)
	}
	for _, other := range first.Others {
		if other.Decision != first.Decision {
			first.Decision = Refer
		}
	}
	return first
}

func (m Model) compare(reference, probe Template) Comparison {
	a, b := reference[m.Name], probe[m.Name]
	c := m.Thresholds.Compare(a, b)
	c.Model = m.Name
	if len(a) == 0 || len(b) == 0 {
		c.Decision = Refer
	}
	return c
}

// MeanTemplate averages the embeddings of each model apart.
func MeanTemplate(templates []Template) Template {
	mean := Template{}
	byModel := map[string][]Embedding{}
	for _, t := range templates {
		for name, e := range t {
			byModel[name] = append(byModel[name], e)
		}
	}
	for name, embeddings := range byModel {
		if m := Mean(embeddings); m != nil {
			mean[name] = m
		}
	}
	if len(mean) == 0 {
		return nil
	}
	return mean
}
