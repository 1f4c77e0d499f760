package templates

import (
	"fmt"
	"html/template"
)

// A View is what every page is given.
type View struct {
	Locale   string
	Path     string       // the page's own path, for the links that change the language
	Query    template.URL // what must stay in the address when the language changes
	Service  string       // the operator's name for the service
	SignedIn bool         // a subscriber is signed in
	Step     string       // of the step list; empty shows none
	Form     map[string]string
	Faults   []Fault // in the order of the fields on the page
	Refresh  int     // seconds until a browser without scripts asks again; 0 never
	Request  string  // request id, shown on error pages
	Data     any     // what only this page knows
}

// A Fault is what is wrong with one field of a form.
type Fault struct {
	Field string
	Code  string
}

// Fault returns what is wrong with a field, or nil.
func (v View) Fault(field string) *Fault {
	for i := range v.Faults {
		if v.Faults[i].Field == field {
			return &v.Faults[i]
		}
	}
	return nil
}

// The steps in the order of the step list.
var steps = []string{"details", "contacts", "document", "selfie", "live", "questions", "line"}

// A Step is one line of the step list.
type Step struct {
	Name   string
	Number int
	Done   bool
	Now    bool
}

// Steps returns the step list with the view's step as the present one.
func (v View) Steps() []Step {
	out := make([]Step, 0, len(steps))
	reached := false
	for i, name := range steps {
		now := name == v.Step
		reached = reached || now
		out = append(out, Step{Name: name, Number: i + 1, Now: now, Done: !reached})
	}
	return out
}

// Now returns the present step.
func (v View) Now() Step {
	for _, s := range v.Steps() {
		if s.Now {
			return s
		}
	}
	return Step{}
}

// An Input is one field of a form, as the templates of layout/form.html draw
// it. Its label is the catalogue's field.NAME, its hint hint.NAME if there is
// one.
type Input struct {
	Name         string
	Value        string
	Fault        *Fault
	Hint         string // catalogue key; empty shows none
	Type         string
	Autocomplete string
	Inputmode    string
	Width        string // class of the style sheet: w2, w4, w10, w20
	Required     bool
	Pattern      string
	Maxlength    string
	Label        string // catalogue key instead of field.NAME
	Options      []Option
}

// An Option is one choice of a list.
type Option struct {
	Value    string
	Label    string
	Selected bool
}

// input describes a field by the view it is in, its name and pairs of
// attributes.
func (c *catalogue) input(v View, name string, pairs ...string) (Input, error) {
	in := Input{
		Name: name, Value: v.Form[name], Fault: v.Fault(name), Hint: "hint." + name,
		Type: "text", Label: "field." + name, Required: true,
	}
	if len(pairs)%2 != 0 {
		return Input{}, fmt.Errorf("templates: field %s: odd number of attributes", name)
	}
	for i := 0; i < len(pairs); i += 2 {
		switch value := pairs[i+1]; pairs[i] {
		case "type":
			in.Type = value
		case "autocomplete":
			in.Autocomplete = value
		case "inputmode":
			in.Inputmode = value
		case "width":
			in.Width = value
		case "required":
			in.Required = value != "no"
		case "pattern":
			in.Pattern = value
		case "maxlength":
			in.Maxlength = value
		case "label":
			in.Label = value
		case "hint":
			in.Hint = "hint." + value
		default:
			return Input{}, fmt.Errorf("templates: field %s: unknown attribute %q", name, pairs[i])
		}
	}
	if !c.has(in.Hint) {
		in.Hint = ""
	}
	return in, nil
}

// choose adds the choices to a field that is a list.
func choose(in Input, options []Option) Input {
	for _, o := range options {
		o.Selected = o.Value == in.Value
		in.Options = append(in.Options, o)
	}
	return in
}
