package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// ProbeCmd asks a running service whether it is well: the container's health
// check, so that the image needs no HTTP client.
type ProbeCmd struct {
	URL     string        `arg:"" default:"http://127.0.0.1:8080/healthz" help:"Address to ask."`
	Timeout time.Duration `default:"3s" help:"Longest time to wait."`
}

// Run answers no unless the service answers 200.
func (c *ProbeCmd) Run(g *Globals) error {
	ctx, cancel := context.WithTimeout(g.Context, c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return &NegativeError{Reason: err.Error()}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return &NegativeError{Reason: fmt.Sprintf("%s answers %s", c.URL, resp.Status)}
	}
	return nil
}
