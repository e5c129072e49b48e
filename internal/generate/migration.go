package generate

import (
	"slices"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// migration is what goes into one file, or one pair of them.
type migration struct {
	// title tells the file apart from the others of the same plan.
	title    string
	up, down []block
	// alone says that it cannot run in a transaction.
	alone bool
	// constraint says that its only step makes a constraint.
	constraint bool
	// drift says that it changes what is there, and is to be reviewed.
	drift bool
}

// block is the statements of one step.
type block struct {
	title      string
	statements []string
}

// migrations divides a plan: steps that run outside of a transaction get one of
// their own, what is between them stays together, and drift comes last.
func migrations(plan *authplugin.Plan, o FileOptions) []migration {
	var out []migration
	steps := plan.Steps
	for len(steps) > 0 {
		n := slices.IndexFunc(steps, func(s authplugin.Step) bool { return outside(plan, s) })
		switch n {
		case -1:
			n = len(steps)
		case 0:
			n = 1
		}
		out = append(out, ofSteps(steps[:n], outside(plan, steps[0])))
		steps = steps[n:]
	}
	if len(out) > 1 {
		for i := range out {
			out[i].title = titleOf(out[i])
		}
	}
	if d := ofDrift(plan.Drift); o.IncludeDrift && len(d.up) > 0 {
		out = append(out, d)
	}
	return out
}

// outside reports whether a step must run outside of a transaction. Steps are not
// transactional on MySQL either, but there a transaction does not hinder them.
func outside(plan *authplugin.Plan, s authplugin.Step) bool {
	return plan.Dialect == "postgres" && !s.Transactional
}

func ofSteps(steps []authplugin.Step, alone bool) migration {
	m := migration{alone: alone, constraint: steps[0].Kind == authplugin.CreateForeignKey}
	for _, s := range steps {
		m.up = append(m.up, block{title: s.String(), statements: s.SQL})
	}
	for _, s := range slices.Backward(steps) {
		m.down = append(m.down, block{title: "reverse: " + s.String(), statements: s.Reverse})
	}
	return m
}

// ofDrift has the differences that a statement ends.
func ofDrift(drift []authplugin.Drift) migration {
	m := migration{title: "drift", drift: true}
	for _, d := range drift {
		if len(d.SQL) == 0 {
			continue
		}
		m.up = append(m.up, block{title: driftTitle(d), statements: d.SQL})
		m.down = append([]block{{title: "reverse: " + driftTitle(d), statements: d.Reverse}}, m.down...)
	}
	return m
}

func driftTitle(d authplugin.Drift) string {
	return "drift: " + d.String()
}

// titleOf names a migration after its only step.
func titleOf(m migration) string {
	if m.alone {
		return m.up[0].title
	}
	return ""
}

// driftNotice stands above everything that changes what is there.
const driftNotice = `-- ---- drift: review this before it is run ----
-- It changes columns that are there. It may lock or rewrite a table, and fail on
-- rows that do not fit.
`

// comment keeps a title in its comment, and from being taken for an instruction to
// a tool: "-- +goose Down", "-- atlas:txmode none".
func comment(title string) string {
	line := strings.Map(func(r rune) rune {
		if r < ' ' || r == '\u007f' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, title)
	line = strings.ReplaceAll(line, "+goose", "+ goose")
	return "-- " + strings.ReplaceAll(line, "atlas:", "atlas :") + "\n"
}

// statement ends a statement. SQL Server sees several as one batch, in which a
// variable can be declared once.
func statement(dialect, sql string) string {
	sql = strings.TrimRight(sql, "; \n")
	if dialect == "sqlserver" && strings.HasPrefix(sql, "DECLARE ") {
		sql = "EXEC (N'" + strings.ReplaceAll(sql, "'", "''") + "')"
	}
	return sql + ";\n"
}

// text is blocks as SQL, each under its title.
func text(dialect string, blocks []block) string {
	var b strings.Builder
	for i, block := range blocks {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(comment(block.title))
		for _, sql := range block.statements {
			b.WriteString(statement(dialect, sql))
		}
	}
	return b.String()
}
