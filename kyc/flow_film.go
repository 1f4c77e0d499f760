package kyc

import "context"

// SubmitLive refuses a film sent at once: frames are judged as they come, by
// [Flow.WatchLive].
func (f *Flow) SubmitLive(context.Context, string, string, []Upload) error { return ErrLiveExpired }
