package kyc_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
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

// TestFramesOfAnotherEnrollment: a nonce opens one enrollment's session only.
func TestFramesOfAnotherEnrollment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mine, other := b.to(t, 1, kyc.Live), b.to(t, 2, kyc.Live)
	c := b.film(t, mine, "ada")
	b.film(t, other, "ada")
	before := b.live(t, other)
	for _, nonce := range []string{c.session.Nonce, "", "guessed"} {
		batch := c.shoot(t, 2)
		batch.Nonce = nonce
		_, err := b.flow.WatchLive(t.Context(), other, batch)
		wantErr(t, "WatchLive with a stranger's nonce", err, kyc.ErrLiveExpired)
		wantErr(t, "MayRecord with a stranger's nonce", b.flow.MayRecord(t.Context(), other, nonce), kyc.ErrLiveExpired)
	}
	if diff := cmp.Diff(before, b.live(t, other)); diff != "" {
		t.Errorf("the other's session changed:\n%s", diff)
	}
}

// TestLiveTimeIsUp: the three minutes end a film wherever it is.
func TestLiveTimeIsUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	idle := b.film(t, id, "ada")
	b.advance(3 * time.Minute)
	_, err := idle.send(t, idle.shoot(t, 1))
	wantErr(t, "the first frame after three minutes", err, kyc.ErrLiveExpired)

	c := b.film(t, id, "")
	_, err = c.send(t, c.shoot(t, 3))
	must(t, err)
	late := c.shoot(t, 3)
	b.advance(3 * time.Minute)
	wantErr(t, "MayRecord after three minutes", b.flow.MayRecord(t.Context(), id, c.session.Nonce), kyc.ErrLiveExpired)
	v, err := c.send(t, late)
	if err != nil || v.End != liveness.TimeIsUp {
		t.Fatalf("a batch after three minutes = %s, %v, want the end", v.End, err)
	}
	b.work(t)
	b.wantState(t, id, kyc.Live)
	if s := b.live(t, id); !slices.Equal(s.Past, []liveness.End{liveness.TimeIsUp}) || s.Tries != 1 {
		t.Errorf("past %v after %d tries", s.Past, s.Tries)
	}
	// Nobody posts any more: the next session settles the one before.
	c = b.film(t, id, "")
	_, err = c.send(t, c.shoot(t, 3))
	must(t, err)
	b.advance(time.Hour)
	s, err := b.flow.OpenLive(t.Context(), id)
	if err != nil || !slices.Equal(s.Past, []liveness.End{liveness.TimeIsUp, liveness.TimeIsUp}) {
		t.Errorf("past %v, %v, want two that ran out", s.Past, err)
	}
}

// TestBusyEngineCostsNoTime: what arrived in time is judged by when it did.
func TestBusyEngineCostsNoTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	b.engines.before = func(photo []byte) error {
		if strings.HasPrefix(string(photo), filmed) {
			b.advance(time.Hour)
		}
		return nil
	}
	v, err := c.send(t, c.shoot(t, 1))
	if err != nil || v.End != "" || v.Batch != 1 {
		t.Errorf("WatchLive = %+v, %v, want it to go on", v, err)
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

// TestLiveWithoutModels: what no engine can judge is filmed for a person.
func TestLiveWithoutModels(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*bench){
		"no engine":       func(b *bench) { b.flow.Faces = nil },
		"no face models":  func(b *bench) { b.engines.faceErr = &faces.UnavailableError{Files: []string{"yunet"}} },
		"no words engine": func(b *bench) { b.flow.Words = nil },
		"no words models": func(b *bench) { b.engines.wordsErr = &ocr.UnavailableError{Files: []string{"eng"}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := b.to(t, 1, kyc.Live)
			breakIt(b)
			c := b.film(t, id, "ada")
			if end := c.run(t); end != kyc.Unjudged {
				t.Fatalf("the session ended %s, want unjudged", end)
			}
			b.work(t)
			b.wantState(t, id, kyc.Questions)
			must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
			b.wantState(t, id, kyc.InReview)
			if check := b.check(t, id, kyc.CheckPresentation); !slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonModelsMissing}) {
				t.Errorf("presentation = %+v, want models_missing", check)
			}
			s := b.live(t, id)
			if len(s.Frames) < 4 {
				t.Errorf("%d pictures wait for a reviewer, want some", len(s.Frames))
			}
			for _, photo := range s.Frames {
				if _, err := b.flow.ReviewPhoto(t.Context(), kyc.AgentPrefix+"1", id, photo); err != nil {
					t.Errorf("ReviewPhoto = %v", err)
				}
			}
		})
	}
}

// TestEngineFailsOnFrames: a lost frame is no end, a lost session no fault of
// its person.
func TestEngineFailsOnFrames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	n := 0
	b.engines.before = func([]byte) error {
		if n++; n%7 == 0 {
			return errors.New("engine crashed")
		}
		return nil
	}
	c := b.film(t, id, "ada")
	if end := c.run(t); end != liveness.Done {
		t.Fatalf("a session with lost frames ended %s, want done", end)
	}
	if s := b.live(t, id); s.Skipped == 0 || s.Skipped > s.Posted/6 {
		t.Errorf("%d of %d frames were skipped", s.Skipped, s.Posted)
	}

	b = newBench(t)
	id = b.to(t, 1, kyc.Live)
	b.engines.before = func([]byte) error { return errors.New("engine crashed") }
	if end := b.film(t, id, "ada").run(t); end != liveness.TimeIsUp {
		t.Fatalf("a session without a frame ended %s, want time_is_up", end)
	}
	b.work(t)
	b.wantState(t, id, kyc.Questions)
	if check := b.check(t, id, kyc.CheckPresentation); !slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonEngineFailed}) {
		t.Errorf("presentation = %+v, want engine_failed", check)
	}
}

// TestEngineFailureHidesNothing: what a session before showed stays to be read.
func TestEngineFailureHidesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	c.alter = func(l *look) {
		if c.prompt.Action != "" {
			l.Who = "eve"
		}
	}
	if end := c.run(t); end != liveness.Changed {
		t.Fatalf("the session ended %s, want face_changed", end)
	}
	b.work(t)
	b.engines.before = func([]byte) error { return errors.New("engine crashed") }
	b.film(t, id, "ada").run(t)
	b.work(t)
	check := b.check(t, id, kyc.CheckPresentation)
	if want := []kyc.Reason{kyc.ReasonEngineFailed, kyc.ReasonLiveChanged}; check.Outcome != kyc.Referred || !slices.Equal(check.Reasons, want) {
		t.Errorf("presentation = %+v, want it referred for %v", check, want)
	}
}

// TestLentFace: a living stranger before the actions lends a photograph nothing.
func TestLentFace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.engines.before = func(photo []byte) error {
		b.engines.pad = 0.4
		if l, ok := seen(photo); ok && l.Who == "eve" {
			b.engines.pad = 0.99
		}
		return nil
	}
	c := b.film(t, id, "ada")
	taken := 0
	c.alter = func(l *look) {
		if taken++; taken <= 12 { // turned so far that the actions wait
			l.Who, l.Yaw = "eve", 18
		}
	}
	if end := c.run(t); end != liveness.Done {
		t.Fatalf("the session ended %s, want done", end)
	}
	b.work(t)
	if check := b.check(t, id, kyc.CheckPresentation); check.Outcome != kyc.Referred || check.Score > 0.41 {
		t.Errorf("presentation = %+v, want 0.4, the photograph's own", check)
	}
}

// TestClosedShutterTwice: the black picture of a closed shutter has the same
// bytes in every session.
func TestClosedShutterTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	film := func(words bool) liveness.End {
		c := b.film(t, id, "ada")
		taken := 0
		c.alter = func(l *look) {
			if taken++; taken <= 8 {
				*l = look{Moment: -1}
			}
			if !words {
				l.Words = nil
			}
		}
		defer b.work(t)
		return c.run(t)
	}
	if end := film(false); end != liveness.TooLate {
		t.Fatalf("the first session ended %s, want too_late", end)
	}
	if end := film(true); end != liveness.Done {
		t.Errorf("the second session ended %s, want done", end)
	}
}

// TestSlowEngineCostsNoWindow: the time of an action begins when the page is
// told of it.
func TestSlowEngineCostsNoWindow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.engines.before = func(photo []byte) error {
		if strings.HasPrefix(string(photo), filmed) {
			b.advance(time.Second)
		}
		return nil
	}
	c := b.film(t, id, "ada")
	for c.prompt.Action == "" {
		_, err := c.send(t, c.shoot(t, 3))
		must(t, err)
	}
	if got, want := c.prompt.Left, c.prompt.Action.Window(); got != want {
		t.Errorf("%v are left of %v", got, want)
	}
}

// hasty refuses to keep what has to be kept in an engine's time.
type hasty struct{ kyc.EvidenceStore }

func (h hasty) PutEvidence(ctx context.Context, id, name string, b []byte) error {
	if _, limited := ctx.Deadline(); limited {
		return context.DeadlineExceeded
	}
	return h.EvidenceStore.PutEvidence(ctx, id, name, b)
}

// TestEngineTimeLeavesTheRest: engines that use up their time do not keep what
// they did in it from being saved.
func TestEngineTimeLeavesTheRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	b.flow.Photos = hasty{b.flow.Photos}
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Errorf("the session ended %s, want done", end)
	}
}

// TestWordsHaveRoom: a head that turns ever further fills the strip of pictures,
// and those that show the words are there all the same.
func TestWordsHaveRoom(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	_, err := b.flow.Enrollments.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.Live.Track = liveness.New([]liveness.Action{liveness.TurnLeft, liveness.TurnRight, liveness.Words})
		return nil
	})
	must(t, err)
	c.alter = func(l *look) {
		far := 18 + 2.5*(c.taken-c.shown).Seconds()
		switch seconds := (c.taken - c.shown).Seconds(); {
		case seconds < 1 || seconds > 10:
			l.Yaw = 0
		case c.prompt.Action == liveness.TurnLeft:
			l.Yaw = far
		case c.prompt.Action == liveness.TurnRight:
			l.Yaw = -far
		}
	}
	for c.prompt.End == "" {
		_, err := c.send(t, c.shoot(t, 1))
		must(t, err)
	}
	s := b.live(t, id)
	if s.Track.End != liveness.Done || len(s.Frames) < 24 {
		t.Fatalf("the session ended %s with %d pictures, want it done and the strip full", s.Track.End, len(s.Frames))
	}
	words := s.Track.Steps[len(s.Track.Steps)-1]
	for _, place := range words.Proof {
		if f := s.Track.Frames[place]; f.Words > 0 && f.Photo == "" {
			t.Errorf("frame %d shows the words and was not kept", place)
		}
	}
}

// TestThousandFrames: nobody keeps the engines busy for longer than a camera
// films.
func TestThousandFrames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "")
	c.alter = func(*look) { b.advance(-frameEvery) } // all in one moment
	taken, refused := 0, 0
	for taken+refused < 1000 {
		batch := c.shoot(t, kyc.MaxLiveFrames)
		var rate *kyc.RateError
		switch _, err := c.send(t, batch); {
		case err == nil:
			taken += len(batch.Frames)
		case errors.As(err, &rate):
			refused += len(batch.Frames)
			if err := b.flow.MayRecord(t.Context(), id, c.session.Nonce); !errors.As(err, &rate) {
				t.Fatalf("MayRecord = %v, want the edge to refuse too", err)
			}
		default:
			t.Fatal(err)
		}
	}
	if taken > 3*kyc.MaxLiveFrames {
		t.Errorf("%d of 1000 frames were taken in one moment", taken)
	}
	b.advance(10 * time.Second)
	if err := b.flow.MayRecord(t.Context(), id, c.session.Nonce); err != nil {
		t.Errorf("MayRecord ten seconds later = %v", err)
	}
}

// TestMisshapenBatch: what no page of ours sends changes nothing.
func TestMisshapenBatch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	for name, spoil := range map[string]func(*kyc.LiveBatch){
		"no frames":       func(l *kyc.LiveBatch) { l.Frames, l.Taken = nil, nil },
		"an empty frame":  func(l *kyc.LiveBatch) { l.Frames[1].JPEG = nil },
		"too many frames": func(l *kyc.LiveBatch) { *l = c.shoot(t, kyc.MaxLiveFrames+1) },
		"a time too few":  func(l *kyc.LiveBatch) { l.Taken = l.Taken[1:] },
		"a time too many": func(l *kyc.LiveBatch) { l.Taken = append(l.Taken, time.Second) },
	} {
		batch := c.shoot(t, 3)
		spoil(&batch)
		var fields kyc.FieldErrors
		if _, err := b.flow.WatchLive(t.Context(), id, batch); !errors.As(err, &fields) {
			t.Errorf("%s = %v, want FieldErrors", name, err)
		}
	}
	if s := b.live(t, id); s.Batch != 0 || s.Tries != 0 {
		t.Errorf("session = batch %d, %d tries, want it untouched", s.Batch, s.Tries)
	}
}

// TestFilmPlayedAgainStays: the frames of an earlier session end the next one,
// and a clean one after it does not make them forgotten.
func TestFilmPlayedAgainStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Live)
	c := b.film(t, id, "ada")
	c.alter = func(l *look) { l.Words = nil }
	film := c.shoot(t, 3)
	_, err := c.send(t, film)
	must(t, err)
	c.run(t)
	b.work(t)

	again := b.film(t, id, "ada")
	replay := again.shoot(t, 3)
	replay.Frames = film.Frames
	examined := b.engines.examined
	v, err := again.send(t, replay)
	if err != nil || v.End != liveness.Replayed {
		t.Fatalf("a film played again = %s, %v, want replayed", v.End, err)
	}
	if b.engines.examined != examined {
		t.Error("frames that were seen before were examined again")
	}
	b.work(t)
	if end := b.film(t, id, "ada").run(t); end != liveness.Done {
		t.Fatalf("the clean session ended %s", end)
	}
	b.work(t)
	must(t, b.flow.AnswerQuestions(t.Context(), id, answers()))
	b.wantState(t, id, kyc.InReview)
	check := b.check(t, id, kyc.CheckPresentation)
	if !slices.Equal(check.Reasons, []kyc.Reason{kyc.ReasonLiveReplayed}) {
		t.Errorf("presentation = %+v, want live_replayed and nothing else", check)
	}
	if diff := cmp.Diff([]liveness.End{liveness.TooLate, liveness.Replayed, liveness.Done}, check.Presentation.Ends); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	suspicious := b.live(t, id).Suspicious
	if len(suspicious) == 0 {
		t.Error("no picture of the replayed film is kept")
	}
	for _, name := range suspicious {
		if _, err := b.flow.ReviewPhoto(t.Context(), kyc.AgentPrefix+"1", id, name); err != nil {
			t.Errorf("ReviewPhoto = %v", err)
		}
	}
}
