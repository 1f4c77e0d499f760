package specimen

import (
	"fmt"
	"time"
)

// birth is the printed date of birth with XX for what is not known.
func (v *viz) birth(p Person) string {
	year, month, day := p.BirthDate.Date()
	switch p.BirthUnknown {
	case UnknownMonth:
		month, day = 0, 0
	case UnknownDay:
		day = 0
	}
	return v.date(year, month, day)
}

// date prints a date in the state's style (9303-3, 3.3), zeros as XX.
func (v *viz) date(year int, month time.Month, day int) string {
	style := v.s.dates
	if style == byUse {
		style = dotted
		if v.o.Format == TD3 || v.o.Format == MRVA {
			style = byName
		}
	}
	if style == byName {
		name := "XXX"
		if month != 0 {
			name = monthName(int(month), v.s.languages)
		}
		return fmt.Sprintf("%s %s %d", figures(day), name, year)
	}
	between := map[dateStyle]string{dotted: ".", slashed: "/", spaced: " "}[style]
	return fmt.Sprintf("%s%s%s%s%d", figures(day), between, figures(int(month)), between, year)
}

func figures(n int) string {
	if n == 0 {
		return "XX"
	}
	return fmt.Sprintf("%02d", n)
}
