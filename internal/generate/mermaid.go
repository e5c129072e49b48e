package generate

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/gorm-auth/authplugin"
)

// Mermaid writes an erDiagram: one entity for each table, with the types of the
// database, and one relationship for each foreign key.
func Mermaid(w io.Writer, s *authplugin.Schema) error { return write(w, s, mermaid) }

func mermaid(models []authplugin.ModelInfo) string {
	var b strings.Builder
	b.WriteString("erDiagram\n")
	for _, m := range models {
		if m.NoMigration {
			b.WriteString("    %% others make this table\n")
		}
		fmt.Fprintf(&b, "    %s {\n", mermaidQuote(m.Table))
		for _, f := range m.Fields {
			mermaidAttribute(&b, f)
		}
		b.WriteString("    }\n")
	}
	for _, r := range references(models) {
		parent, child := "||", "o{"
		if !r.column.NotNull {
			parent = "|o"
		}
		if r.single() {
			child = "o|"
		}
		fmt.Fprintf(&b, "    %s %s--%s %s : %s\n", mermaidQuote(r.parent.Table), parent, child, mermaidQuote(r.child.Table), mermaidQuote(r.column.Column))
	}
	return b.String()
}

func mermaidAttribute(b *strings.Builder, f authplugin.FieldInfo) {
	name := mermaidWord(f.Column)
	fmt.Fprintf(b, "        %s %s", mermaidWord(f.SQLType), name)
	var keys, notes []string
	if f.Primary {
		keys = append(keys, "PK")
	}
	if f.References != nil {
		keys = append(keys, "FK")
	}
	if f.Unique {
		keys = append(keys, "UK")
	}
	if len(keys) > 0 {
		b.WriteString(" " + strings.Join(keys, ", "))
	}
	if name != f.Column {
		notes = append(notes, f.Column)
	}
	if !f.NotNull {
		notes = append(notes, "nullable")
	}
	if len(f.Enum) > 0 {
		notes = append(notes, strings.Join(f.Enum, ", "))
	}
	if len(notes) > 0 {
		b.WriteString(" " + mermaidQuote(strings.Join(notes, "; ")))
	}
	b.WriteString("\n")
}

// mermaidQuote quotes text: within quotes Mermaid takes all but a few characters,
// for which there are no escapes but those of HTML.
func mermaidQuote(text string) string {
	return `"` + strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r == '%' || r == '\\' || r == '<' || r == '>':
			return '_'
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		default:
			return r
		}
	}, text) + `"`
}

// mermaidWord makes a word of a type or a column, which cannot be quoted. It
// begins with a letter or an underscore and has no spaces.
func mermaidWord(text string) string {
	word := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) && (r < 0x80 || r >= 0xC0 && r <= 0xFFFF), r >= '0' && r <= '9', strings.ContainsRune("_-()[]", r):
			return r
		default:
			return '_'
		}
	}, text)
	if word == "" || !unicode.IsLetter([]rune(word)[0]) && word[0] != '_' {
		return "_" + word
	}
	return word
}
