package generate

import (
	"fmt"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// Goose writes a plan as migrations of goose (github.com/pressly/goose):
// VERSION_name.sql with an up and a down section. What PostgreSQL cannot run in a
// transaction has files of its own, one for each step. The errors are those of
// [Script], and one for a statement that goose's files cannot hold, which is a
// default with lines that goose takes for its own.
func Goose(plan *authplugin.Plan, o FileOptions) ([]File, error) {
	if err := checkPlan(plan); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	var files []File
	for i, m := range migrations(plan, o) {
		content, err := gooseFile(plan.Dialect, m)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: o.fileName(i, m) + ".sql", Content: []byte(content)})
	}
	return files, nil
}

func gooseFile(dialect string, m migration) (string, error) {
	var b strings.Builder
	if m.alone {
		b.WriteString("-- +goose NO TRANSACTION\n")
	}
	if m.drift {
		b.WriteString(driftNotice)
	}
	b.WriteString("-- +goose Up\n")
	if err := gooseBlocks(&b, dialect, m.up); err != nil {
		return "", err
	}
	b.WriteString("\n-- +goose Down\n")
	if err := gooseBlocks(&b, dialect, m.down); err != nil {
		return "", err
	}
	return b.String(), nil
}

func gooseBlocks(b *strings.Builder, dialect string, blocks []block) error {
	for i, block := range blocks {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(comment(block.title))
		for _, sql := range block.statements {
			text := statement(dialect, sql)
			if line, ok := gooseWouldTake(text); ok {
				return fmt.Errorf("authplugin: goose cannot run %s: it would not keep the line %q of a text; give the field another default, or use another format", block.title, line)
			}
			if gooseWouldDivide(text) {
				text = "-- +goose StatementBegin\n" + text + "-- +goose StatementEnd\n"
			}
			b.WriteString(text)
		}
	}
	return nil
}

// gooseWouldTake finds a line that goose takes for an annotation, also within a
// text, or whose end it changes.
// https://github.com/pressly/goose/blob/v3.29.0/internal/sqlparser/parser.go
func gooseWouldTake(text string) (string, bool) {
	for line := range strings.Lines(text) {
		annotation := strings.HasPrefix(strings.TrimSpace(line), "--") && strings.Contains(line, "+goose")
		if annotation || strings.HasSuffix(line, "\r\n") {
			return strings.TrimRight(line, "\n"), true
		}
	}
	return "", false
}

// gooseWouldDivide reports whether goose might see the end of the statement too
// early, or not at all: it looks for a semicolon at the end of a line, before a
// comment, and knows no quotes.
func gooseWouldDivide(text string) bool {
	inner := strings.TrimSuffix(text, ";\n")
	return strings.ContainsAny(inner, ";\n") || strings.Contains(inner, "--")
}
