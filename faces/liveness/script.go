package liveness

import (
	"crypto/rand"
	"io"
	"math/big"
)

// headActions is how many of the four actions of the head a script has.
const headActions = 3

// NewScript draws three of the four actions of the head and the words, in any
// order: one of 96 scripts, of which a film made before knows none, and of
// which the browser is told one action at a time.
func NewScript(random io.Reader) ([]Action, error) {
	script := []Action{TurnLeft, TurnRight, Blink, Closer}
	if err := shuffle(random, script); err != nil {
		return nil, err
	}
	script = append(script[:headActions], Words)
	return script, place(random, script)
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
