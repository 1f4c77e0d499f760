package api

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/templates"
)

// page renders a page of templates/pages. The caller fills what the page
// needs; what every page has is added here.
func (s *Server) page(c *gin.Context, status int, name string, v templates.View) error {
	v.Locale = c.GetString(localeKey)
	v.Service = s.Service
	v.Request = c.GetString(requestKey)
	v.SignedIn = s.watcher(c.Request.Context(), roleSubscriber) != ""
	if v.Path == "" {
		v.Path = "/"
		// Only a path that a GET answers can be asked for in another language.
		if c.FullPath() != "" && c.Request.Method == http.MethodGet {
			v.Path = localPath(c.Request.URL.Path, "")
			query := c.Request.URL.Query()
			query.Del("lang")
			v.Query = template.URL(query.Encode()) //nolint:gosec // percent-encoded by Encode
		}
	}
	if v.Form == nil {
		v.Form = map[string]string{}
	}
	var b bytes.Buffer
	if err := templates.Page(&b, name, v); err != nil {
		return err
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// private keeps a page with secrets out of every cache, the browser's too.
func private(c *gin.Context) { c.Header("Cache-Control", "no-store") }

// redirect sends the browser on after a POST.
func redirect(c *gin.Context, path string) error {
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

// wantsJSON reports whether a program asks rather than a person.
func wantsJSON(c *gin.Context) bool {
	if path := c.Request.URL.Path; path == "/v1" || strings.HasPrefix(path, "/v1/") {
		return true
	}
	accept := c.GetHeader("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// writeJSON answers a program.
func writeJSON(c *gin.Context, mediaType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, mediaType, append(b, '\n'))
	return nil
}
