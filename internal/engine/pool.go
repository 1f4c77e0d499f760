package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// Defaults of a Config.
const (
	DefaultTimeout     = 20 * time.Second
	DefaultMaxRequests = 500
)

// Config describes a pool of children.
type Config struct {
	// Command starts a child that calls Serve on its stdin and stdout.
	Command []string
	// Env is added to the short environment a child gets.
	Env []string
	// Size is how many children run at most; 0 is one.
	Size int
	// Timeout bounds one request once a child is free for it; 0 is
	// DefaultTimeout.
	Timeout time.Duration
	// MaxRequests is after how many requests a child is replaced, because
	// gosseract never frees its strings; 0 is DefaultMaxRequests.
	MaxRequests int
	// Logger is told of crashes; nil is silence.
	Logger *slog.Logger
}

// Pool runs requests in children, which it starts when they are first needed
// and keeps. It is safe for concurrent use; more requests than children wait.
type Pool struct {
	config Config
	// slots holds one entry for each child that may run; nil is one that has
	// not been started. Whoever takes an entry out owns the child.
	slots  chan *child
	closed chan struct{}
	once   sync.Once
}

// NewPool returns a pool without starting anything.
func NewPool(config Config) *Pool {
	config.Size = max(1, config.Size)
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	if config.MaxRequests <= 0 {
		config.MaxRequests = DefaultMaxRequests
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Pool{config: config, slots: make(chan *child, config.Size), closed: make(chan struct{})}
	for range config.Size {
		p.slots <- nil
	}
	return p
}

// Close kills the children and waits for them. Requests under way end with
// ErrClosed.
func (p *Pool) Close() {
	p.once.Do(func() {
		close(p.closed)
		for range p.config.Size {
			if c := <-p.slots; c != nil {
				c.kill()
			}
		}
	})
}

// ReadDocument reads a document's MRZ and cuts out its portrait. With an
// *ocr.Error the reading still tells the photograph's quality.
func (p *Pool) ReadDocument(ctx context.Context, photo []byte) (ocr.Reading, error) {
	return call[ocr.Reading](ctx, p, methodReadDocument, photo)
}

// ExamineFace examines the faces of a photograph.
func (p *Pool) ExamineFace(ctx context.Context, photo []byte) (faces.Examination, error) {
	return call[faces.Examination](ctx, p, methodExamineFace, photo)
}

// ReadWords reads the words held up to the camera.
func (p *Pool) ReadWords(ctx context.Context, photo []byte) ([]string, error) {
	return call[[]string](ctx, p, methodReadWords, photo)
}

// call runs one request and reads its result.
func call[T any](ctx context.Context, p *Pool, method string, b []byte) (T, error) {
	var result, none T
	if len(b) > photo.MaxBytes {
		return none, &photo.Error{Code: photo.TooLarge}
	}
	job := job{method: method, payload: b, result: &result}
	if err := p.do(ctx, job); err != nil {
		if broken(err) {
			return none, err
		}
		return result, err
	}
	return result, nil
}

// job is a request and where its result goes.
type job struct {
	method  string
	payload []byte
	result  any
}

// do takes a child, runs the request in it and puts it, or room for another,
// back.
func (p *Pool) do(ctx context.Context, j job) error {
	var c *child
	select {
	case <-p.closed:
		return ErrClosed
	default:
	}
	select {
	case c = <-p.slots:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closed:
		return ErrClosed
	}
	defer func() { p.slots <- c }()
	if c != nil && (c.exited() || c.served >= p.config.MaxRequests) {
		c.stop()
		c = nil
	}
	if c == nil {
		var err error
		if c, err = start(p.config); err != nil {
			return fmt.Errorf("%w: %w", ErrCrashed, err)
		}
	}
	err := p.exchange(ctx, c, j)
	if broken(err) {
		c.kill()
		p.config.Logger.Warn("engine child replaced", "method", j.method, "error", err, "exit", c.exit(), "stderr", c.stderr.String())
		c = nil
	}
	return err
}

// exchange bounds a request by the pool's timeout, the caller's context and
// the pool's closing; the first of them kills the child.
func (p *Pool) exchange(ctx context.Context, c *child, j job) error {
	limit, cancel := context.WithTimeoutCause(ctx, p.config.Timeout, ErrTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- c.roundTrip(j, p.config.Timeout) }()
	var why error
	select {
	case err := <-done:
		return err
	case <-limit.Done():
		why = context.Cause(limit)
	case <-p.closed:
		why = ErrClosed
	}
	c.kill()
	<-done // the pipes are gone, so the round trip has ended
	return &killedError{cause: why}
}

// killedError marks an outcome that cost the child its life.
type killedError struct{ cause error }

func (e *killedError) Error() string { return e.cause.Error() }
func (e *killedError) Unwrap() error { return e.cause }

// broken reports whether the child cannot be used again.
func broken(err error) bool {
	var killed *killedError
	return errors.Is(err, ErrCrashed) || errors.As(err, &killed)
}
