package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	texttemplate "text/template"
)

//go:embed layout/*.html pages mail/*
var files embed.FS

// set is everything that is parsed: at the first use, all of it, so that a
// broken template shows at start and not at the one person who gets there.
type set struct {
	words map[string]*catalogue
	pages map[string]map[string]*template.Template // locale, page
	html  map[string]map[string]*template.Template // locale, message kind
	text  map[string]*texttemplate.Template        // locale
}

// loaded parses the embedded files once.
var loaded = sync.OnceValues(load)

// Load parses everything now and reports what is broken.
func Load() error {
	_, err := loaded()
	return err
}

func load() (*set, error) {
	words, err := loadCatalogues()
	if err != nil {
		return nil, err
	}
	s := &set{
		words: words,
		pages: map[string]map[string]*template.Template{},
		html:  map[string]map[string]*template.Template{},
		text:  map[string]*texttemplate.Template{},
	}
	for locale, c := range words {
		if s.pages[locale], err = parseEach(c, "pages", "layout/*.html"); err != nil {
			return nil, err
		}
		if s.html[locale], err = parseEach(c, "mail", "mail/layout.html"); err != nil {
			return nil, err
		}
		if s.text[locale], err = texttemplate.New("mail").Funcs(c.funcs()).ParseFS(files, "mail/*.txt"); err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
	}
	return s, nil
}

// in returns the catalogue of a locale, or of the nearest one we have.
func (s *set) in(locale string) *catalogue {
	if c, ok := s.words[locale]; ok {
		return c
	}
	return s.words[MatchLocale(locale)]
}

// funcs are what templates may call. Nothing here returns safe HTML.
func (c *catalogue) funcs() template.FuncMap {
	return template.FuncMap{
		"t": c.text, "code": c.code, "fault": c.fault, "has": c.has,
		"input": c.input, "choose": choose, "dict": dict, "asset": Asset,
		"locale": func() string { return c.locale }, "locales": Locales,
		"date": c.date, "size": c.size, "took": c.took, "clock": c.clock, "moment": c.moment, "short": short, "list": func(v ...any) []any { return v },
	}
}

// parseEach parses every page of a folder together with its layout. Pages in
// a folder below are named by it: "console/queue".
func parseEach(c *catalogue, dir, layout string) (map[string]*template.Template, error) {
	base, err := template.New(dir).Funcs(c.funcs()).ParseFS(files, layout)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	pages := map[string]*template.Template{}
	err = fs.WalkDir(files, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" || name == layout {
			return err
		}
		page, err := base.Clone()
		if err != nil {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		key := strings.TrimSuffix(strings.TrimPrefix(name, dir+"/"), ".html")
		pages[key], err = page.New(name).Parse(string(b))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return pages, nil
}

// Page writes a page in the view's locale. It is rendered in full before the
// first byte is written, so that a failure can still become an error page.
func Page(w io.Writer, name string, v View) error {
	s, err := loaded()
	if err != nil {
		return err
	}
	c := s.in(v.Locale)
	v.Locale = c.locale
	page, ok := s.pages[c.locale][name]
	if !ok {
		return fmt.Errorf("templates: no page %q", name)
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, "layout", v); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	_, err = b.WriteTo(w)
	return err
}
