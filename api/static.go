package api

import (
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/templates"
)

// mediaTypes are our own: the machine's table may lack or change one.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

// serveStatic serves a file under the name that holds its digest; it never
// changes, so a browser never asks again.
func serveStatic(w http.ResponseWriter, r *http.Request) {
	f, ok := templates.Static(strings.TrimPrefix(r.URL.Path, templates.StaticPrefix))
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Content-Type", mediaType(f.Name))
	w.Header().Set("Vary", "Accept-Encoding")
	content := f.Content
	if f.Gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		content = f.Gzip
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(content)
	}
}

func mediaType(name string) string {
	ext := path.Ext(name)
	if t, ok := mediaTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// serveIcon answers browsers that ask at the old address.
func serveIcon(c *gin.Context) {
	f, ok := templates.Source("icon.svg")
	if !ok {
		c.Status(http.StatusNotFound)
		return
	}
	c.Header("Cache-Control", "public, max-age=86400")
	c.Data(http.StatusOK, mediaType(f.Name), f.Content)
}

// manifest makes the pages installable as an app (W3C Web Application
// Manifest).
func (s *Server) manifest(c *gin.Context) {
	icon, err := templates.Asset("icon.svg")
	if err != nil {
		s.fail(c, err)
		return
	}
	locale := c.GetString(localeKey)
	description, err := templates.Text(locale, "start.title")
	if err != nil {
		s.fail(c, err)
		return
	}
	err = writeJSON(c, "application/manifest+json", map[string]any{
		"name": s.Service, "short_name": s.Service, "description": description, "lang": locale,
		"start_url": "/", "scope": "/", "display": "standalone", "background_color": "#fbf8f3", "theme_color": "#0e5a57",
		"icons": []map[string]string{{"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}},
	})
	if err != nil {
		s.fail(c, err)
	}
}
