package generate

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// update rewrites the golden files: go test ./internal/generate -run Golden -update.
var update = flag.Bool("update", false, "rewrite the golden files")

func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	path = filepath.FromSlash(path)
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is no %s; write it with -update\n%s", path, got)
	}
	must(t, err)
	// A checkout on Windows may have changed the line ends.
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s (-want +got), rewrite it with -update if the change is meant:\n%s", path, diff)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// generated is what a generator writes, the same every time.
func generated(t *testing.T, generator func(io.Writer) error) string {
	t.Helper()
	var first, second bytes.Buffer
	must(t, generator(&first))
	must(t, generator(&second))
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Errorf("written twice, it is not the same:\n%s", diff)
	}
	return first.String()
}

// Each format of each case is as its golden file says. Diagrams and Better Auth's
// options hardly differ by database, so they are kept for one.
func TestGolden(t *testing.T) {
	t.Parallel()
	formats := map[string]func(io.Writer, *authplugin.Schema) error{
		"mermaid.mmd": Mermaid, "dbml.dbml": DBML, "svg.svg": SVG,
	}
	for name, cfg := range cases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, database := range databases {
				if !runsOn(name, database) {
					continue
				}
				source := generated(t, func(w io.Writer) error {
					return GORM(w, describe(t, database, cfg), GORMOptions{Package: name})
				})
				checkGolden(t, "testdata/gorm/"+database+"/"+name+"/models.go", source)
			}
			for file, generator := range formats {
				text := generated(t, func(w io.Writer) error { return generator(w, describe(t, "postgres", cfg)) })
				folder, extension, _ := strings.Cut(file, ".")
				checkGolden(t, "testdata/"+folder+"/"+name+"."+extension, text)
			}
			options := generated(t, func(w io.Writer) error { return BetterAuth(w, describe(t, "postgres", cfg), cfg) })
			checkGolden(t, "testdata/better-auth/"+name+".ts", options)
		})
	}
}

func TestEmptySchema(t *testing.T) {
	t.Parallel()
	unused := authplugin.New(authplugin.Config{}).Schema()
	for name, generator := range map[string]func(io.Writer, *authplugin.Schema) error{
		"mermaid": Mermaid, "dbml": DBML, "svg": SVG,
		"better-auth": func(w io.Writer, s *authplugin.Schema) error { return BetterAuth(w, s, authplugin.Config{}) },
		"gorm":        func(w io.Writer, s *authplugin.Schema) error { return GORM(w, s, GORMOptions{}) },
	} {
		var b bytes.Buffer
		if err := generator(&b, unused); !errors.Is(err, errNoSchema) || b.Len() > 0 {
			t.Errorf("%s: error %v, text %q", name, err, b.String())
		}
	}
}
