package format

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// JSON returns all accounts, also those that are off, one a line: whoever
// compares them with a PBX has to know both.
func JSON(accounts []pbx.Account, _ time.Time) ([]byte, error) {
	lines, err := inOrder(accounts)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, a := range lines {
		if err := enc.Encode(a); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
