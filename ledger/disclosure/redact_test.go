package disclosure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ledger/disclosure"
)

func TestNothingPrints(t *testing.T) {
	t.Parallel()
	const secret = "Quetzalcóatl"
	attribute := disclosure.Attribute{Value: secret, Salt: []byte(secret)}
	p := disclosure.Parcel{Identity: "id-1", WrappedKey: secret, Sealed: map[string]string{"phone": secret}}
	all := map[string]disclosure.Attribute{"phone": attribute}
	var out bytes.Buffer
	for _, v := range []any{attribute, &attribute, p, &p, all, []any{attribute, p}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(&out, format+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "attribute", attribute, "all", all, "parcel", p)
	for _, form := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprint([]byte(secret))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("printed %q:\n%s", form, out.String())
		}
	}
	if b, err := json.Marshal(attribute); err == nil {
		t.Errorf("json.Marshal(attribute) = %s, want an error", b)
	}
}
