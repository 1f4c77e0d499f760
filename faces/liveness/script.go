package liveness

import (
	"crypto/rand"
	"io"
	"math/big"
)

// NewScript draws the blink, the words and two of the other actions, in any
// order: one of 72 scripts, of which a film made before knows none, and of
// which the browser is told one action at a time. The blink is always in it,
// for no print shows one, however it is bent; and so is a turn, which tells a
// living face from eyes behind a cut-out.
func NewScript(random io.Reader) ([]Action, error) {
	script := []Action{TurnLeft, TurnRight, Closer}
	if err := shuffle(random, script); err != nil {
		return nil, err
	}
	script = append(script[:2], Blink, Words)
	return script, shuffle(random, script)
}

// shuffle is Fisher and Yates's, each order as likely as every other.
func shuffle(random io.Reader, a []Action) error {
	for n := len(a); n > 1; n-- {
		if err := place(random, a[:n]); err != nil {
			return err
		}
	}
	return nil
}

// place exchanges the last action with one drawn from all of them.
func place(random io.Reader, a []Action) error {
	i, err := rand.Int(random, big.NewInt(int64(len(a))))
	if err != nil {
		return err
	}
	last := len(a) - 1
	a[i.Int64()], a[last] = a[last], a[i.Int64()]
	return nil
}
