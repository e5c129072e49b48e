package generate

import (
	"bytes"
	"go/parser"
	"go/token"
	"os/exec"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
)

func TestGORMPackage(t *testing.T) {
	t.Parallel()
	s := describe(t, "postgres", authplugin.Config{})
	for name, want := range map[string]string{"": "models", "auth": "auth", "tische": "tische"} {
		var b bytes.Buffer
		must(t, GORM(&b, s, GORMOptions{Package: name}))
		file, err := parser.ParseFile(token.NewFileSet(), "models.go", b.Bytes(), parser.PackageClauseOnly)
		must(t, err)
		if file.Name.Name != want {
			t.Errorf("package %q is %s", name, file.Name.Name)
		}
	}
	for _, name := range []string{"_", "type", "a b", "a-b", "1a", "a\n"} {
		var b bytes.Buffer
		if err := GORM(&b, s, GORMOptions{Package: name}); err == nil || b.Len() > 0 {
			t.Errorf("package %q: error %v, %d bytes", name, err, b.Len())
		}
	}
}

// A model may be called as the file's own names are.
func TestGORMNames(t *testing.T) {
	t.Parallel()
	s := describe(t, "sqlite", authplugin.Config{Plugins: []authplugin.Plugin{crowd{[]string{"models", "iD models", "tableName iD models"}}}})
	var b bytes.Buffer
	must(t, GORM(&b, s, GORMOptions{}))
	for _, line := range []string{"type Models struct {", "type ID_ struct {", "type ID string", "func Models_() []any {"} {
		if !strings.Contains(b.String(), "\n"+line+"\n") {
			t.Errorf("there is no line %q in\n%s", line, b.String())
		}
	}
}

// The generated models pass go vet. That they compile is shown by their being
// part of this test.
func TestGORMVet(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it runs go vet over what is generated: leave out -short")
	}
	out, err := exec.CommandContext(t.Context(), "go", "vet", "./testdata/gorm/...").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
