package generate

import (
	"encoding/xml"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// hostile is text that ends, in one format or another, what it stands in. The
// configuration refuses it in most places; the generators do not rely on that.
const hostile = "a\"b'c`d\\e<f>&g;h%i\nj\rk*/l-->m]n}o)p${q}\u2028r//s\x00t\u0085"

func hostileModels() []authplugin.ModelInfo {
	id := authplugin.FieldInfo{
		Name: "id", Column: "id" + hostile, GoName: "ID", Type: "id", SQLType: "varchar(36)" + hostile,
		SQLDefault: hostile, Primary: true, NotNull: true, Origin: authplugin.OriginCore,
	}
	return []authplugin.ModelInfo{
		{
			Name: "user", Table: "t" + hostile, GoName: "User", IDStrategy: hostile, Origin: authplugin.OriginCore,
			Fields: []authplugin.FieldInfo{id, {
				Name: "f" + hostile, Column: "c" + hostile, GoName: "Field", Type: "enum", SQLType: hostile, Enum: []string{hostile, "x"},
				HasDefault: true, Default: hostile, Functions: []string{hostile}, Origin: authplugin.OriginConfig,
			}},
			Indexes: []authplugin.IndexInfo{{Name: "i" + hostile, Fields: []string{"f" + hostile}, Unique: true, Where: hostile}},
		},
		{
			Name: "pet" + hostile, Table: "p" + hostile, GoName: "Pet", IDStrategy: "random", Origin: authplugin.OriginPlugin + hostile,
			Fields: []authplugin.FieldInfo{id, {
				Name: "owner", Column: "o" + hostile, GoName: "Owner", Type: "id", SQLType: "text", Origin: authplugin.OriginPlugin + hostile,
				References: &authplugin.Reference{Model: "user", Field: "id", OnDelete: authplugin.Cascade}, Constraint: hostile, OnDelete: authplugin.Cascade,
			}},
		},
	}
}

func TestHostileSVG(t *testing.T) {
	t.Parallel()
	text := svg(hostileModels())
	checkXML(t, text)
	var picture struct {
		Groups []struct {
			Texts []string `xml:"text"`
		} `xml:"g"`
	}
	must(t, xml.Unmarshal([]byte(text), &picture))
	plain := strings.NewReplacer("\n", " ", "\r", " ", "\x00", " ").Replace("t" + hostile)
	if got := picture.Groups[1].Texts[0]; got != plain {
		t.Errorf("the header is %q, want %q", got, plain)
	}
}

// Every line of a diagram keeps to its form, whatever the names are.
func TestHostileDiagrams(t *testing.T) {
	t.Parallel()
	quoted, word := `"[^"%\\<>\n\r]*"`, `[\p{L}_][\p{L}0-9_()\[\]-]*`
	name, text := `"[^"\\\n\r]*"`, `'(?:[^'\\\n\r]|\\.)*'`
	for format, c := range map[string]struct{ text, line string }{
		"mermaid": {mermaid(hostileModels()), `erDiagram|    ` + quoted + ` \{|    \}|        ` + word + ` ` + word + `( (PK|FK|UK)(, (PK|FK|UK))*)?( ` + quoted + `)?|` +
			`    ` + quoted + ` (\|\||\|o)--(o\{|o\|) ` + quoted + ` : ` + quoted},
		"dbml": {dbml(hostileModels()), `|\}|  \}|  indexes \{|Table ` + name + `(\.` + name + `)? \{|  Note: ` + text +
			`|  ` + name + ` (` + name + `|[a-z0-9()]+)( \[(pk|, |not null|default: ` + "`[^`\\n\\r]*`" + `|note: ` + text + `)*\])?` +
			`|    ` + name + ` \[(unique, )?name: ` + text + `(, note: ` + text + `)?\]` +
			`|Ref ` + name + `: ` + name + `\.` + name + ` [>-] ` + name + `\.` + name + ` \[delete: cascade\]`},
	} {
		line := regexp.MustCompile(`^(?:` + c.line + `)$`)
		for l := range strings.SplitSeq(strings.TrimSuffix(c.text, "\n"), "\n") {
			if !line.MatchString(l) {
				t.Errorf("%s: the line %q has not the form of any", format, l)
			}
		}
	}
}

func TestHostileGORM(t *testing.T) {
	t.Parallel()
	models := hostileModels()
	source, err := gormFile(models, "sqlserver", "models")
	must(t, err)
	file, err := parser.ParseFile(token.NewFileSet(), "models.go", source, 0)
	must(t, err)
	var tables, declared []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			declared = append(declared, n.Name.Name)
		case *ast.FuncDecl:
			declared = append(declared, n.Name.Name)
		case *ast.ReturnStmt:
			if literal, ok := n.Results[0].(*ast.BasicLit); ok {
				table, err := strconv.Unquote(literal.Value)
				must(t, err)
				tables = append(tables, table)
			}
		}
		return true
	})
	if diff := cmp.Diff([]string{models[0].Table, models[1].Table}, tables); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ID", "User", "TableName", "Pet", "TableName", "Models"}, declared); diff != "" {
		t.Error(diff)
	}
}

// A tag is read as it was meant, by reflect and by GORM's rule for semicolons.
func TestStructTag(t *testing.T) {
	t.Parallel()
	for _, settings := range [][]string{
		{"column:a", "type:varchar(36)", "not null"},
		{"column:`a`", `where:"a" IS NOT NULL`},
		{"default:x;y", "column:ä"},
	} {
		literal := structTag(settings, "name")
		tag, err := strconv.Unquote(literal)
		must(t, err)
		want := make([]string, len(settings))
		for i, s := range settings {
			want[i] = strings.ReplaceAll(s, ";", `\;`)
		}
		if got := reflect.StructTag(tag).Get("gorm"); got != strings.Join(want, ";") {
			t.Errorf("%s reads as %q", literal, got)
		}
		if got := reflect.StructTag(tag).Get("json"); got != "name" {
			t.Errorf("%s has the JSON name %q", literal, got)
		}
	}
}
