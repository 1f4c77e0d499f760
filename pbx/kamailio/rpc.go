package kamailio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Errors of a question that was asked and not answered as it should be.
var (
	// ErrRefused reports a wrong token, or a Kamailio that does not allow what is
	// asked (deploy/kamailio allows all of it).
	ErrRefused = errors.New("kamailio: refused")
	// ErrAnswer reports an answer that is none to the question.
	ErrAnswer = errors.New("kamailio: not an answer of its JSON-RPC")
	// ErrNotDropped reports devices or calls that are still there.
	ErrNotDropped = errors.New("kamailio: not dropped")
)

// maxAnswer bounds an answer: some tens of thousands of addresses of record.
const maxAnswer = 16 << 20

// A RPCError is Kamailio's own word why it did not do as asked.
type RPCError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *RPCError) Error() string {
	return fmt.Sprintf("kamailio: error %d %s", e.Code, strconv.QuoteToASCII(e.Message))
}

// A question is written in this order of fields: Kamailio's configuration lets
// only this form pass.
type question struct {
	Version string `json:"jsonrpc"`
	ID      uint32 `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

// An answer has either a result or an error.
type answer struct {
	Version string          `json:"jsonrpc"`
	ID      *uint32         `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   *RPCError       `json:"error"`
}

// call asks one node. The parameters are strings and integers. It returns a
// [*RPCError] when Kamailio says no.
func (r *Registrar) call(ctx context.Context, node, method string, result any, params ...any) error {
	q := question{Version: "2.0", ID: r.ids.Add(1), Method: method, Params: params}
	body, err := q.encode()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, node, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("kamailio: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.config.Token.Reveal())
	req.Close = true // Kamailio closes each connection, and does not say so
	resp, err := r.config.Client.Do(req)
	if err != nil {
		return fmt.Errorf("kamailio: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		return fmt.Errorf("%w: %s", ErrRefused, method)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("kamailio: %w", err)
	}
	return q.decode(b, result)
}

// encode refuses what Kamailio's configuration would: a quote or backslash in a
// parameter. Names come from phones.
func (q question) encode() ([]byte, error) {
	if q.Params == nil {
		q.Params = []any{}
	}
	for _, p := range q.Params {
		if s, ok := p.(string); ok && strings.ContainsAny(s, "\"\\") {
			return nil, fmt.Errorf("%w: a quote in a parameter of %s", ErrRefused, q.Method)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(q)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// decode takes only an answer to this very question.
func (q question) decode(b []byte, result any) error {
	var a answer
	if len(b) > maxAnswer {
		return fmt.Errorf("%w: too long", ErrAnswer)
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if a.Version != "2.0" || a.ID == nil || *a.ID != q.ID || (a.Error == nil) == (a.Result == nil) {
		return fmt.Errorf("%w: not to this question", ErrAnswer)
	}
	if a.Error != nil {
		return a.Error
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// missing reports that a line has no device, which Kamailio calls an error, of
// either of two codes.
func missing(err error) bool {
	e, ok := errors.AsType[*RPCError](err)
	return ok && (strings.HasPrefix(e.Message, "AOR not found") || strings.HasPrefix(e.Message, "Contact not found"))
}
