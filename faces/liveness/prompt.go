package liveness

import "time"

// Prompt is what the page shows at the server's time now.
func (s Session) Prompt(now time.Duration, _ Rules) Prompt {
	p := Prompt{Steps: len(s.Script), End: s.End}
	for _, step := range s.Steps {
		if step.Ended > 0 {
			p.Step++
		}
	}
	if step := s.step(); step != nil && s.End == "" {
		p.Action = step.Action
		p.Left = max(0, step.Action.Window()-(now-step.Began))
	}
	return p
}
