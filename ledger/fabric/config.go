package fabric

import (
	"log/slog"
	"time"
)

// Config is what a client needs beside the [Profile]. Its zero value works.
type Config struct {
	Timeouts Timeouts
	// Now is the clock by which [Client.Commits] measures; nil measures nothing.
	Now func() time.Time
	// Signer holds the key; nil means the profile's key file.
	Signer Signer
	Log    *slog.Logger // nil is silent
}

// Timeouts bounds each part of a call. Zero fields take the defaults.
type Timeouts struct {
	Evaluate     time.Duration // 5 s
	Endorse      time.Duration // 10 s
	Submit       time.Duration // 10 s
	CommitStatus time.Duration // 5 s: an orderer that dies may forget what it accepted, so waiting longer shows nothing
	Settle       time.Duration // 3 s: how long an unknown outcome is looked for
	Contend      time.Duration // 10 s: how long a transaction is endorsed anew because others were faster
	Node         time.Duration // 2 s: how long one node may take to say how it does
	CatchUp      time.Duration // 30 s: how long a peer may be behind a listener's checkpoint
}

func (t Timeouts) orDefaults() Timeouts {
	for _, f := range []struct {
		field    *time.Duration
		fallback time.Duration
	}{
		{&t.Evaluate, 5 * time.Second},
		{&t.Endorse, 10 * time.Second},
		{&t.Submit, 10 * time.Second},
		{&t.CommitStatus, 5 * time.Second},
		{&t.Settle, 3 * time.Second},
		{&t.Contend, 10 * time.Second},
		{&t.Node, 2 * time.Second},
		{&t.CatchUp, 30 * time.Second},
	} {
		if *f.field <= 0 {
			*f.field = f.fallback
		}
	}
	return t
}
