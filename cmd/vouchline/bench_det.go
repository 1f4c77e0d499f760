package main

import (
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/vouchline/vouchline/faces"
)

// A DET plot has FMR and FNMR on axes of normal deviates, on which the errors of
// scores that are normally distributed lie on a straight line (ISO/IEC 19795-1,
// 10.6.2; Martin et al. 1997).

// detCurve is one line of the plot, with the points in use on it.
type detCurve struct {
	name  string
	rates []faces.Rates
	marks []detMark
}

type detMark struct {
	name  string
	rates faces.Rates
}

// detTicks are the shares that both axes name.
var detTicks = []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4}

const (
	detLow, detHigh = 0.0008, 0.45 // what the axes reach
	detSide         = 480.0        // of the plot in the picture
	detLeft, detTop = 70.0, 40.0
)

// detStyle reads on paper and on dark screens: colours differ in lightness and
// every curve has dashes of its own.
const detStyle = `<style>
svg{background:#fff;color:#1b1b1f;font:13px system-ui,sans-serif}
.grid{stroke:currentColor;stroke-opacity:.16}.axis{stroke:currentColor;fill:none}
.curve{fill:none;stroke-width:2}.c0{stroke:#0a5bb5}.c1{stroke:#b23b00;stroke-dasharray:7 4}.c2{stroke:#3d7a1c;stroke-dasharray:2 3}
.m0{fill:#0a5bb5}.m1{fill:#b23b00}.m2{fill:#3d7a1c}text{fill:currentColor}
@media screen and (prefers-color-scheme:dark){svg{background:#16161a;color:#ececf1}.c0{stroke:#7db8ff}.m0{fill:#7db8ff}
.c1{stroke:#ff9d6b}.m1{fill:#ff9d6b}.c2{stroke:#9bd97a}.m2{fill:#9bd97a}}
</style>`

// detSVG draws the plot.
func detSVG(title string, curves []detCurve) []byte {
	var b strings.Builder
	height := detTop + detSide + 70 + 20*float64(len(curves))
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="t">`+"\n",
		detLeft+detSide+30, height)
	fmt.Fprintf(&b, "<title id=\"t\">%s</title>\n%s\n", html.EscapeString(title), detStyle)
	fmt.Fprintf(&b, `<text x="%.0f" y="24" font-weight="600">%s</text>`+"\n", detLeft, html.EscapeString(title))
	detAxes(&b)
	for i, c := range curves {
		c.draw(&b, i%3)
		y := detTop + detSide + 66 + 20*float64(i)
		fmt.Fprintf(&b, `<path class="curve c%d" d="M%.0f %.0fh34"/><text x="%.0f" y="%.0f">%s</text>`+"\n",
			i%3, detLeft, y-4, detLeft+44, y, html.EscapeString(c.name))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func detAxes(b *strings.Builder) {
	for _, v := range detTicks {
		x, y := detX(v), detY(v)
		label := fmt.Sprintf("%g %%", 100*v)
		fmt.Fprintf(b, `<path class="grid" d="M%.1f %.0fv%.0fM%.0f %.1fh%.0f"/>`, x, detTop, detSide, detLeft, y, detSide)
		fmt.Fprintf(b, `<text x="%.1f" y="%.0f" text-anchor="middle" font-size="11">%s</text>`, x, detTop+detSide+16, label)
		fmt.Fprintf(b, `<text x="%.0f" y="%.1f" text-anchor="end" font-size="11">%s</text>`+"\n", detLeft-6, y+4, label)
	}
	fmt.Fprintf(b, `<path class="axis" d="M%.0f %.0fv%.0fh%.0f"/>`, detLeft, detTop, detSide, detSide)
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="middle">false match rate (FMR)</text>`, detLeft+detSide/2, detTop+detSide+38)
	fmt.Fprintf(b, `<text transform="translate(16 %.0f)rotate(-90)" text-anchor="middle">false non-match rate (FNMR)</text>`+"\n", detTop+detSide/2)
}

// draw draws the steps of the curve: between two scores nothing is known, and a
// straight line would claim it. Rates of zero lie beyond the axes.
func (c detCurve) draw(b *strings.Builder, class int) {
	var path strings.Builder
	for i, r := range c.rates {
		x, y := detX(r.FMR), detY(r.FNMR)
		if i == 0 {
			fmt.Fprintf(&path, "M%.1f %.1f", x, y)
			continue
		}
		fmt.Fprintf(&path, "V%.1fH%.1f", y, x)
	}
	fmt.Fprintf(b, `<path class="curve c%d" d="%s"/>`+"\n", class, path.String())
	for _, m := range c.marks {
		x, y := detX(m.rates.FMR), detY(m.rates.FNMR)
		fmt.Fprintf(b, `<circle class="m%d" cx="%.1f" cy="%.1f" r="5"/><text x="%.1f" y="%.1f">%s %.3f</text>`+"\n",
			class, x, y, x+9, y-7, html.EscapeString(m.name), m.rates.Threshold)
	}
}

func detX(share float64) float64 { return detLeft + detSide*detPlace(share) }
func detY(share float64) float64 { return detTop + detSide*(1-detPlace(share)) }

// detPlace is where a share lies on an axis, 0 to 1; what is beyond lies on the
// end.
func detPlace(share float64) float64 {
	low, high := deviate(detLow), deviate(detHigh)
	return (deviate(math.Min(detHigh, math.Max(detLow, share))) - low) / (high - low)
}

// deviate is the normal deviate of a share.
func deviate(share float64) float64 { return math.Sqrt2 * math.Erfinv(2*share-1) }
