package notifytest_test

import (
	"testing"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
)

func TestFake(t *testing.T) {
	t.Parallel()
	for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
		t.Run(string(channel), func(t *testing.T) {
			t.Parallel()
			notifytest.Run(t, func(*testing.T) notifytest.Target {
				f := &notifytest.Fake{Channel: channel}
				fail := func(_ *testing.T, permanent bool) {
					f.Fail = func(notify.Message) error {
						f.Fail = nil
						return &notify.Error{Code: notify.CodeRefused, Permanent: permanent}
					}
				}
				return notifytest.Target{
					Sender: f, Channel: channel, Fail: fail, Identifies: true,
					Delivered: func(*testing.T) []notifytest.Delivery { return notifytest.Deliveries(f.Messages()) },
				}
			})
		})
	}
}
