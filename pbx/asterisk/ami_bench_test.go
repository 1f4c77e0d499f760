package asterisk_test

import (
	"fmt"
	"testing"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// BenchmarkContacts asks for the devices of one line while 2,000 phones of other
// lines are registered.
func BenchmarkContacts(b *testing.B) {
	s := asterisktest.Start(b, pbxtest.Domain)
	ami := manager(b, s)
	var keys []string
	for i := range 2000 {
		keys = append(keys, fmt.Sprintf("5%06d;@%032x", i, i))
	}
	if err := ami.Register(b.Context(), keys); err != nil {
		b.Fatal(err)
	}
	for name, tc := range map[string]struct {
		extension string
		devices   int
	}{"Registered": {"5001000", 1}, "NotRegistered": {"5999999", 0}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				got, err := ami.Contacts(b.Context(), pbx.NewAOR(tc.extension, pbxtest.Domain))
				if err != nil || len(got) != tc.devices {
					b.Fatalf("Contacts(%s) = %d devices, %v, want %d", tc.extension, len(got), err, tc.devices)
				}
			}
		})
	}
}
