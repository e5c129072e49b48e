package generate

import "math"

// helveticaWidths are the widths of the characters from space to ~ in Helvetica,
// in thousandths of the font's size. Arial, Liberation Sans and Nimbus Sans have
// the same.
var helveticaWidths = [...]int{ //nolint:gochecknoglobals // a table that nothing writes
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // space to /
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
}

// boldFactor is by how much bold text is wider at most, about.
const boldFactor = 1.09

// textWidth is the width of text in pixels at a font size. Letters beyond ASCII
// count as wide ones, those of East Asia as square.
func textWidth(text string, size float64) int {
	sum := 0
	for _, r := range text {
		switch {
		case r >= ' ' && r <= '~':
			sum += helveticaWidths[r-' ']
		case r >= 0x1100:
			sum += 1000
		default:
			sum += 722
		}
	}
	return int(math.Ceil(float64(sum) * size / 1000))
}
