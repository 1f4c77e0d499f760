// Package liveness judges a live camera session: whether one living person
// did, on a continuous track of one face, what was asked of them in that
// moment (ISO/IEC 30107-1, challenge and response).
//
// It sees examinations and times, never pixels. Everything it decides rests on
// what the server measured; of the browser it believes only what cannot help
// an attacker, and checks the rest against the server's clock.
package liveness
