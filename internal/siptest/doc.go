// Package siptest has the SIP clients with which tests try a PBX from outside:
// a user agent of its own that registers, calls, answers and counts audio, and
// a runner for sipp.
//
// It uses the words of RFC 3261 and RFC 7616.
//
// Its digests are its own, sharing no code with the product's: a mistake in
// one would not be answered by the same mistake in the other. It starts no PBX;
// asterisktest and kamailiotest do.
//
// Everything stays on 127.0.0.1.
package siptest

import "time"

// patience bounds each answer and each wait: these take milliseconds, and a
// busy machine may take seconds.
const patience = 20 * time.Second
