// Package mutate spoils image files the way broken phones and hostile people
// do: flipped bits, cut and repeated parts, headers that promise more than they
// hold, metadata that never ends. The same file and number give the same bytes,
// so a mutation that did harm can be named and repeated.
//
// It makes input for tests and judges nothing.
package mutate
