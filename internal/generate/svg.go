package generate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gorm-auth/authplugin"
)

// SVG draws the schema: a box for each table with its columns, and an edge for
// each foreign key, with a crow's foot where there may be many rows. An edge is
// dashed when its column may be NULL. The picture is complete in itself and
// follows the reader's preference for light or dark.
func SVG(w io.Writer, s *authplugin.Schema) error { return write(w, s, svg) }

func svg(models []authplugin.ModelInfo) string {
	d := layOut(models)
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n", d.width, d.height, d.width, d.height)
	fmt.Fprintf(&b, "<title>Database schema: %s</title>\n", svgText(tableList(models)))
	b.WriteString(svgStyle)
	fmt.Fprintf(&b, "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n", d.width, d.height)
	for _, e := range d.edges {
		e.draw(&b)
	}
	for _, box := range d.boxes {
		box.draw(&b)
	}
	legend := svgLegend
	if slices.ContainsFunc(models, func(m authplugin.ModelInfo) bool { return m.NoMigration }) {
		legend += svgOthersLegend
	}
	fmt.Fprintf(&b, "<text class=\"type\" x=\"%d\" y=\"%d\">%s</text>\n", svgMargin, d.height-16, legend)
	b.WriteString("</svg>\n")
	return b.String()
}

const (
	svgLegend       = "PK primary key, FK foreign key, U unique; a dashed line is a reference that may be null"
	svgOthersLegend = ", a dashed box a table that others make"
)

// svgStyle has plain colours, twice: not every viewer knows CSS variables.
const svgStyle = `<style>
text { font-family: Helvetica, Arial, "Liberation Sans", "Nimbus Sans", sans-serif; font-size: 12px; fill: #1f2933; }
.page { fill: #ffffff; }
.box { fill: #ffffff; stroke: #9aa5b1; }
.head { fill: #2b5c8a; }
.head.plugin { fill: #6a4c93; }
.stripe { fill: #f2f5f8; }
.name { font-size: 14px; font-weight: bold; fill: #ffffff; }
.type { font-size: 11px; fill: #5a6772; }
.key { font-size: 10px; font-weight: bold; fill: #a3570a; }
.edge, .end { fill: none; stroke: #52606d; stroke-width: 1.5; }
.null { stroke-dasharray: 5 3; }
.ring { fill: #ffffff; stroke: #52606d; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
text { fill: #e4e7eb; }
.page { fill: #12181f; }
.box { fill: #1b242d; stroke: #52606d; }
.head { fill: #2b5c8a; }
.head.plugin { fill: #6a4c93; }
.stripe { fill: #222d38; }
.name { fill: #ffffff; }
.type { fill: #9fb0c0; }
.key { fill: #f0b429; }
.edge, .end { stroke: #9aa5b1; }
.ring { fill: #12181f; stroke: #9aa5b1; }
}
</style>
`

func tableList(models []authplugin.ModelInfo) string {
	tables := make([]string, len(models))
	for i, m := range models {
		tables[i] = m.Table
	}
	return strings.Join(tables, ", ")
}

// svgText escapes text for XML, and leaves out what XML cannot hold.
func svgText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, text)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// keyMarks are the marks in front of a column.
func keyMarks(f authplugin.FieldInfo) string {
	var marks []string
	if f.Primary {
		marks = append(marks, "PK")
	}
	if f.References != nil {
		marks = append(marks, "FK")
	}
	if f.Unique && !f.Primary {
		marks = append(marks, "U")
	}
	return strings.Join(marks, " ")
}

func typeText(f authplugin.FieldInfo) string {
	if f.NotNull {
		return f.SQLType
	}
	return f.SQLType + " null"
}

func (b box) draw(out *strings.Builder) {
	class, dashes, about := "head", "", "model "+b.model.Name+", "+b.model.Origin
	if b.model.NoMigration {
		dashes, about = ` stroke-dasharray="4 3"`, about+"; others make the table"
	}
	if strings.HasPrefix(b.model.Origin, authplugin.OriginPlugin) {
		class += " plugin"
	}
	fmt.Fprintf(out, "<g>\n<title>%s</title>\n", svgText(about))
	fmt.Fprintf(out, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"%s/>\n", b.x, b.y, b.w, b.h, dashes)
	fmt.Fprintf(out, "<path class=\"%s\" d=\"M%d %dv%da4 4 0 0 1 4 -4h%da4 4 0 0 1 4 4v%dz\"/>\n", class, b.x, b.y+svgHeader, 4-svgHeader, b.w-8, svgHeader-4)
	fmt.Fprintf(out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", b.x+10, b.y+20, svgText(b.model.Table))
	for i, f := range b.model.Fields {
		y := b.y + svgHeader + i*svgRow
		if i%2 == 1 {
			fmt.Fprintf(out, "<rect class=\"stripe\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", b.x+1, y, b.w-2, min(svgRow, b.y+b.h-y-1))
		}
		if marks := keyMarks(f); marks != "" {
			fmt.Fprintf(out, "<text class=\"key\" x=\"%d\" y=\"%d\">%s</text>\n", b.x+10, y+14, marks)
		}
		fmt.Fprintf(out, "<text x=\"%d\" y=\"%d\">%s</text>\n", b.x+10+b.keys, y+14, svgText(f.Column))
		fmt.Fprintf(out, "<text class=\"type\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", b.x+b.w-10, y+14, svgText(typeText(f)))
	}
	out.WriteString("</g>\n")
}

func (e edge) draw(out *strings.Builder) {
	if len(e.path) < 2 {
		return
	}
	class := "edge"
	if !e.column.NotNull {
		class += " null"
	}
	fmt.Fprintf(out, "<g>\n<title>%s</title>\n", svgText(fmt.Sprintf("%s.%s references %s.%s, on delete %s",
		e.child.Table, e.column.Column, e.parent.Table, e.target.Column, strings.ToLower(string(e.column.OnDelete)))))
	fmt.Fprintf(out, "<path class=\"%s\" d=\"%s\"/>\n", class, roundedPath(e.path))
	// The signs: none or many rows of the child (a ring and a foot, or a bar), one of the parent.
	start, end := e.path[0], e.path[len(e.path)-1]
	out1, out2 := sign(e.path[1].x-start.x), sign(e.path[len(e.path)-2].x-end.x)
	if e.single() {
		fmt.Fprintf(out, "<path class=\"end\" d=\"M%d %dv10\"/>\n", start.x+6*out1, start.y-5)
	} else {
		fmt.Fprintf(out, "<path class=\"end\" d=\"M%d %dl%d 5l%d 5\"/>\n", start.x, start.y-5, 10*out1, -10*out1)
	}
	fmt.Fprintf(out, "<circle class=\"ring\" cx=\"%d\" cy=\"%d\" r=\"3.5\"/>\n", start.x+14*out1, start.y)
	fmt.Fprintf(out, "<path class=\"end\" d=\"M%d %dv10\"/>\n</g>\n", end.x+8*out2, end.y-5)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// roundedPath rounds the corners of a way.
func roundedPath(path []point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", path[0].x, path[0].y)
	for i := 1; i < len(path)-1; i++ {
		before, at, after := path[i-1], path[i], path[i+1]
		radius := min(6, distance(before, at)/2, distance(at, after)/2)
		in, out := towards(at, before, radius), towards(at, after, radius)
		fmt.Fprintf(&b, "L%d %dQ%d %d %d %d", in.x, in.y, at.x, at.y, out.x, out.y)
	}
	last := path[len(path)-1]
	fmt.Fprintf(&b, "L%d %d", last.x, last.y)
	return b.String()
}

func distance(a, b point) int { return abs(a.x-b.x) + abs(a.y-b.y) }

// towards is the point that is n pixels from a on the straight way to b.
func towards(a, b point, n int) point {
	switch {
	case a.x < b.x:
		return point{a.x + n, a.y}
	case a.x > b.x:
		return point{a.x - n, a.y}
	case a.y < b.y:
		return point{a.x, a.y + n}
	default:
		return point{a.x, a.y - n}
	}
}
