package generate

import (
	"slices"

	"github.com/gorm-auth/authplugin"
)

// The measures of a diagram in pixels. All are multiples of the grid, on which
// edges run.
const (
	svgGrid    = 10
	svgHeader  = 30
	svgRow     = 20
	svgGap     = 50  // between the boxes of a column
	svgChannel = 110 // between columns
	svgMargin  = 50
)

// diagram is what is drawn: a box for each table, an edge for each foreign key.
type diagram struct {
	boxes         []box
	edges         []edge
	width, height int
}

// box is a table.
type box struct {
	model      authplugin.ModelInfo
	x, y, w, h int
	// keys and types are where the columns of text begin and end, from the left.
	keys int
}

// edge runs from a row of the child to a row of the parent.
type edge struct {
	reference
	from, to       int // boxes
	fromRow, toRow int
	path           []point
}

type point struct{ x, y int }

// rowY is the middle of a row.
func (b box) rowY(row int) int { return b.y + svgHeader + row*svgRow + svgRow/2 }

func layOut(models []authplugin.ModelInfo) *diagram {
	d := &diagram{}
	index := map[string]int{}
	for i, m := range models {
		index[m.Name] = i
		d.boxes = append(d.boxes, measure(m))
	}
	for _, r := range references(models) {
		d.edges = append(d.edges, edge{
			reference: r, from: index[r.child.Name], to: index[r.parent.Name],
			fromRow: fieldRow(r.child, r.column.Name), toRow: fieldRow(r.parent, r.target.Name),
		})
	}
	p := newPlacement(d)
	p.improve()
	p.finish()
	d.route()
	return d
}

func fieldRow(m authplugin.ModelInfo, name string) int {
	return slices.IndexFunc(m.Fields, func(f authplugin.FieldInfo) bool { return f.Name == name })
}

// measure gives a box the size of its text.
func measure(m authplugin.ModelInfo) box {
	b := box{model: m, h: svgHeader + len(m.Fields)*svgRow}
	names, types := 0, 0
	for _, f := range m.Fields {
		b.keys = max(b.keys, textWidth(keyMarks(f), 10)+10)
		names = max(names, textWidth(f.Column, 12))
		types = max(types, textWidth(typeText(f), 11))
	}
	title := int(float64(textWidth(m.Table, 14)) * boldFactor)
	b.w = max(10+b.keys+names+24+types+10, title+24)
	b.w = (b.w + 2*svgGrid - 1) / (2 * svgGrid) * (2 * svgGrid)
	return b
}
