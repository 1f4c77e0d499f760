package templates

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales/*.json
var localeFiles embed.FS

// locales are the languages with a complete catalogue; the first is the one
// for readers whose language we do not speak.
var locales = []string{"en", "fr"}

// Locales returns the languages that pages and messages are written in.
func Locales() []string { return slices.Clone(locales) }

// matcher picks the best of the locales for an Accept-Language header.
var matcher = language.NewMatcher([]language.Tag{language.English, language.French})

// MatchLocale returns the locale that suits an Accept-Language header or a
// language tag best.
func MatchLocale(accept string) string {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return locales[0]
	}
	_, i, _ := matcher.Match(tags...)
	return locales[i]
}

// A catalogue is the sentences of one language.
type catalogue struct {
	locale    string
	keys      map[string]bool
	localizer *i18n.Localizer
}

func loadCatalogues() (map[string]*catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	out := map[string]*catalogue{}
	for _, locale := range locales {
		words, err := readWords(locale)
		if err != nil {
			return nil, err
		}
		c := &catalogue{locale: locale, keys: map[string]bool{}}
		tag := language.Make(locale)
		for key, text := range words {
			c.keys[key] = true
			if err := bundle.AddMessages(tag, &i18n.Message{ID: key, Other: text}); err != nil {
				return nil, fmt.Errorf("templates: %s: %s: %w", locale, key, err)
			}
		}
		out[locale] = c
	}
	for _, c := range out {
		c.localizer = i18n.NewLocalizer(bundle, c.locale)
	}
	return out, nil
}

// parts are the files of a locale: what everybody sees, and one for each
// subject that has many words of its own.
func parts(locale string) []string {
	subjects, err := fs.Glob(localeFiles, "locales/*."+locale+".json")
	if err != nil {
		panic(err) // the pattern is ours
	}
	names := []string{locale + ".json"}
	for _, s := range subjects {
		names = append(names, path.Base(s))
	}
	return names
}

func readWords(locale string) (map[string]string, error) {
	words := map[string]string{}
	for _, name := range parts(locale) {
		b, err := localeFiles.ReadFile(path.Join("locales", name))
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		if err := json.Unmarshal(b, &words); err != nil {
			return nil, fmt.Errorf("templates: %s: %w", name, err)
		}
	}
	return words, nil
}

// text returns a sentence with its gaps filled from pairs of name and value.
// A missing key is an error, so that no page ships half translated.
func (c *catalogue) text(key string, pairs ...any) (string, error) {
	if !c.keys[key] {
		return "", fmt.Errorf("templates: no words for %q in %s", key, c.locale)
	}
	data, err := dict(pairs...)
	if err != nil {
		return "", fmt.Errorf("templates: %s: %w", key, err)
	}
	return c.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data})
}

// code returns the words for a stable code of one family ("reason",
// "notice", …). A code that nobody has put into words yet gets the family's
// general sentence: a page never shows a code to a person.
func (c *catalogue) code(family string, codes ...any) (string, error) {
	for _, code := range codes {
		if key := family + "." + fmt.Sprint(code); c.keys[key] {
			return c.text(key)
		}
	}
	return c.text(family + ".other")
}

// fault returns the words for what is wrong with a field: those of field and
// code, of the code alone, of the field alone, or the general ones.
func (c *catalogue) fault(f Fault) (string, error) {
	field := strings.ReplaceAll(f.Field, "-", "_")
	return c.code("error", field+"."+f.Code, f.Code, field)
}

// has reports whether there are words for a key.
func (c *catalogue) has(key string) bool { return c.keys[key] }

// dict makes a map from pairs of name and value.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("odd number of names and values")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("name %v is not a string", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// HasWords reports whether a locale has its own words for a code of a family.
func HasWords(locale, family, code string) bool {
	all, err := loaded()
	return err == nil && all.words[locale] != nil && all.words[locale].has(family+"."+code)
}

// Text returns one sentence of a locale, for what is not a page: the name of
// the installed app, a problem document's title.
func Text(locale, key string, pairs ...any) (string, error) {
	all, err := loaded()
	if err != nil {
		return "", err
	}
	return all.in(locale).text(key, pairs...)
}

// CodeText returns the words for a code of a family in a locale.
func CodeText(locale, family, code string) (string, error) {
	all, err := loaded()
	if err != nil {
		return "", err
	}
	return all.in(locale).code(family, code)
}
