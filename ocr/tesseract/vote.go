package tesseract

import (
	"slices"

	"github.com/vouchline/vouchline/ocr"
)

// What a zone needs to be valid: readings, and the part of them that must agree
// where no check digit decides. Of 480 degraded pictures of the specimens 408 were
// accepted so, one of them wrong; with a bare majority 425, five of them wrong.
const (
	minVoters = 2
	quorum    = 0.7
)

// Below this height of characters, in pixels of the photograph, Tesseract
// makes the same mistake at most scales, so that more variants must agree.
const (
	lowResolution = 7.0
	lowVoters     = 4
	lowQuorum     = 0.85
)

// confirm lets the second reader, and where it disagrees other variants, vote on
// a first reading. Readings of the photograph before it was straightened keep
// their vote.
func (s *search) confirm(c candidate, i interpretation) (zone, error) {
	z := zone{
		height:   c.band.height() * c.band.scale() / c.scale,
		rotation: c.rotation(),
	}
	second := c.opinion(len(i.raw[0]))
	z.fit = second.fit()
	if len(s.votes) > 0 && !sameShape(s.votes[0], i.raw) {
		s.votes = nil
	}
	if !i.second {
		s.votes = append(s.votes, i.raw)
		if done, err := s.agree(&z, second, quorum); done || err != nil {
			return z, err
		}
	}
	needed, share := minVoters, quorum
	if z.height < lowResolution {
		needed, share = lowVoters, lowQuorum
	}
	voters := voters
	if z.fit < fits {
		voters = voters[:needed] // the band lies badly: more readings of it do not help
	}
	for _, v := range voters {
		next, ok, err := s.attempt(c, v)
		if err != nil {
			return zone{}, err
		}
		if ok && next.plausible() && sameShape(i.raw, next.raw) {
			s.votes = append(s.votes, next.raw)
		}
		if len(s.votes) < needed {
			continue
		}
		if done, err := s.agree(&z, second, share); done || err != nil {
			return z, err
		}
	}
	err := s.settle(&z, second, share, needed) // before z is copied
	return z, err
}

// agree counts the votes. They are enough where the zone is valid and the second
// reader finds no character out of the question, or where it says the same as all
// others, so that the document itself is wrong.
func (s *search) agree(z *zone, second opinion, share float64) (bool, error) {
	if err := s.tally(z, second, share); err != nil {
		return false, err
	}
	z.agreed = second.supports(z.mrz.Lines) && (z.mrz.Valid || unanimous(z.mrz.Format, append(s.votes, second.text)))
	return z.agreed, nil
}

// tally makes one zone of the votes.
func (s *search) tally(z *zone, second opinion, share float64) error {
	votes := slices.Concat(s.votes, second.ballots(len(second.lines)))
	if len(votes) == 0 {
		votes = [][]string{second.text}
	}
	var err error
	z.mrz, err = ocr.Consensus(votes, share)
	return err
}

// settle decides after the last vote. Variants of one engine share its mistakes,
// so that where they disagree among themselves the second reader, which reads
// more of the specimens alone than any of them, counts twice; what that changes
// is not beyond doubt.
func (s *search) settle(z *zone, second opinion, share float64, needed int) error {
	if err := s.tally(z, second, share); err != nil {
		return err
	}
	ballots := second.ballots(len(second.lines))
	votes := slices.Concat(s.votes, ballots)
	if len(votes) > 0 {
		heavier, err := ocr.Consensus(slices.Concat(votes, ballots), share)
		if err != nil {
			return err
		}
		if !slices.Equal(heavier.Lines, z.mrz.Lines) {
			z.mrz = uncertain(heavier)
		}
	}
	if repaired, n := ocr.Repair(z.mrz, votes); n > 0 {
		z.mrz = repaired
	}
	if len(s.votes) < needed || !second.supports(z.mrz.Lines) {
		z.mrz = uncertain(z.mrz)
		second.doubt(&z.mrz)
	}
	return nil
}

// uncertain is m, but not valid.
func uncertain(m ocr.MRZ) ocr.MRZ {
	if m.Valid {
		m.Valid, m.Status = false, ocr.StatusUncertain
	}
	return m
}

// unanimous compares what the fields let the votes be.
func unanimous(f ocr.Format, votes [][]string) bool {
	first := ocr.Coerce(f, votes[0])
	return !slices.ContainsFunc(votes, func(v []string) bool { return !slices.Equal(ocr.Coerce(f, v), first) })
}

func sameShape(a, b []string) bool {
	return len(a) == len(b) && len(a[0]) == len(b[0])
}
