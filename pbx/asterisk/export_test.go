package asterisk

import (
	"context"
	"fmt"
)

// Waiting returns how many changes wait for the next reload.
func (p *Provisioner) Waiting() int {
	p.waiting.mu.Lock()
	defer p.waiting.mu.Unlock()
	return len(p.waiting.queue)
}

// Register puts records of devices into Asterisk's database, as its registrar does.
func (a *AMI) Register(ctx context.Context, keys []string) error {
	return a.with(ctx, func(s *session) error {
		for _, key := range keys {
			record := fmt.Sprintf(`{"uri":"sip:phone@192.0.2.1:5060","user_agent":"a phone","expiration_time":"1790000000","qualify_timeout":"3.000000",`+
				`"via_addr":"192.0.2.1","call_id":%q,"path":"","prune_on_boot":"no","outbound_proxy":"","reg_server":"vouchline"}`, key)
			if _, err := s.do("DBPut", field{"Family", contactFamily}, field{"Key", key}, field{"Val", record}); err != nil {
				return err
			}
		}
		return nil
	})
}
