package kyc_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
)

// TestBatchTwiceCountsOnce: the answer was lost and the page asks again.
func TestBatchTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	for {
		batch := c.shoot(t, 3)
		first, err := c.send(t, batch)
		must(t, err)
		before, examined := b.live(t, id), b.engines.examined
		again, err := b.flow.WatchLive(t.Context(), id, batch)
		must(t, err)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("batch %d was answered otherwise the second time (-first +again):\n%s", batch.Number, diff)
		}
		if diff := cmp.Diff(before, b.live(t, id)); diff != "" || b.engines.examined != examined {
			t.Fatalf("batch %d counted twice:\n%s", batch.Number, diff)
		}
		if first.End != "" { // the last one too, once the comparison has begun
			if first.End != liveness.Done {
				t.Errorf("the session ended %s, want done", first.End)
			}
			return
		}
	}
}

// TestBatchesInOrder: a gap, an old number, and another film under the same
// number, as a second tab sends it.
func TestBatchesInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	tab := *c
	for range 2 {
		_, err := c.send(t, c.shoot(t, 2))
		must(t, err)
	}
	before := b.live(t, id)
	for _, number := range []int{-1, 0, 1, 3, 100} {
		batch := c.shoot(t, 2)
		batch.Number = number
		_, err := b.flow.WatchLive(t.Context(), id, batch)
		wantErr(t, "a batch out of order", err, kyc.ErrConflict)
	}
	_, err := tab.send(t, tab.shoot(t, 2))
	wantErr(t, "the first batch of a second tab", err, kyc.ErrConflict)
	if diff := cmp.Diff(before, b.live(t, id)); diff != "" {
		t.Errorf("a batch out of order changed the session:\n%s", diff)
	}
	// The second tab is loaded again: it has the film from now on.
	second := b.film(t, id, "ada")
	_, err = c.send(t, c.shoot(t, 2))
	wantErr(t, "a batch of the first tab", err, kyc.ErrLiveExpired)
	if end := second.run(t); end != liveness.Done {
		t.Errorf("the second tab's session ended %s, want done", end)
	}
}

// TestBatchAtOnce: one batch that reaches two servers at the same time counts
// once, and one server examines it once however often it comes.
func TestBatchAtOnce(t *testing.T) {
	t.Parallel()
	for name, servers := range map[string]int{"one server": 1, "two servers": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, kyc.Live)
			c := b.film(t, id, "ada")
			batch := c.shoot(t, 2)
			flows := []*kyc.Flow{b.flow, b.flow}
			if servers == 2 {
				flows[1] = &kyc.Flow{
					Enrollments: b.flow.Enrollments, Photos: b.flow.Photos, Throttle: b.flow.Throttle, Keyring: b.flow.Keyring,
					Clock: b.flow.Clock, Faces: b.engines, Words: b.engines, Thresholds: b.flow.Thresholds,
				}
			}
			var arrived sync.WaitGroup // both servers are at work before either saves
			arrived.Add(servers)
			first := sync.Map{}
			b.engines.before = func(photo []byte) error {
				if l, ok := seen(photo); ok && bytes.Equal(photo, batch.Frames[0].JPEG) {
					n, _ := first.LoadOrStore(l.Moment, new(sync.Once))
					if servers == 1 {
						n.(*sync.Once).Do(arrived.Done)
					} else {
						arrived.Done()
					}
					arrived.Wait()
				}
				return nil
			}
			examined := b.engines.examined
			views := make([]kyc.LiveView, 2)
			errs := make([]error, 2)
			var done sync.WaitGroup
			for i, flow := range flows {
				done.Go(func() { views[i], errs[i] = flow.WatchLive(context.WithoutCancel(t.Context()), id, batch) })
			}
			done.Wait()
			must(t, errors.Join(errs...))
			if diff := cmp.Diff(views[0], views[1]); diff != "" {
				t.Errorf("the answers differ:\n%s", diff)
			}
			if s := b.live(t, id); s.Posted != 2 || len(s.Track.Frames) != 2 || s.Tries != 1 || s.Batch != 1 {
				t.Errorf("session = %d posted, %d on the track, %d tries, want 2, 2 and 1", s.Posted, len(s.Track.Frames), s.Tries)
			}
			if got := b.engines.examined - examined; got != 2*servers {
				t.Errorf("%d frames were examined, want %d", got, 2*servers)
			}
		})
	}
}

// TestRequestGivenUp: a page that went away while its frames were examined
// leaves no engine stopped and no batch half done.
func TestRequestGivenUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	batch := c.shoot(t, 2)
	ctx, leave := context.WithCancel(t.Context())
	b.engines.before = func([]byte) error { leave(); return nil }
	first, err := b.flow.WatchLive(ctx, id, batch)
	must(t, err)
	again, err := b.flow.WatchLive(t.Context(), id, batch)
	if diff := cmp.Diff(first, again); err != nil || diff != "" || again.Batch != 1 {
		t.Errorf("the batch sent again = %+v, %v\n%s", again, err, diff)
	}
}

// forgetful loses the process between the pictures and the state.
type forgetful struct {
	kyc.EnrollmentStore
	fail bool
}

var errKilled = errors.New("killed")

func (f *forgetful) Update(ctx context.Context, id string, change func(*kyc.Enrollment) error) (*kyc.Enrollment, error) {
	if f.fail {
		return nil, errKilled
	}
	return f.EnrollmentStore.Update(ctx, id, change)
}

// TestKilledBeforeTheStateIsSaved: the page sends the batch again, and it
// counts once.
func TestKilledBeforeTheStateIsSaved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	store := &forgetful{EnrollmentStore: b.flow.Enrollments}
	b.flow.Enrollments = store
	c := b.film(t, id, "ada")
	for {
		batch := c.shoot(t, 3)
		before := b.live(t, id)
		store.fail = true
		_, err := b.flow.WatchLive(t.Context(), id, batch)
		wantErr(t, "WatchLive of a killed process", err, errKilled)
		if diff := cmp.Diff(before, b.live(t, id)); diff != "" {
			t.Fatalf("half a batch was saved:\n%s", diff)
		}
		store.fail = false
		v, err := c.send(t, batch)
		must(t, err)
		if v.End != "" {
			if s := b.live(t, id); v.End != liveness.Done || s.Posted != 3*c.batch || s.Tries != 1 {
				t.Errorf("the session ended %s with %d frames in %d batches, %d tries", v.End, s.Posted, c.batch, s.Tries)
			}
			return
		}
	}
}
