package tests

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/generate"
)

// atlasVersion is that of atlas' library, which go gets where its command is not
// to be had.
const atlasVersion = "v0.32.1-0.20250325101103-175b25e1c1b9"

// atlasReader checks the sum of the folder that it is given, and counts the
// statements of each file.
const atlasReader = `package main

import (
	"fmt"
	"log"
	"os"

	"ariga.io/atlas/sql/migrate"
)

func main() {
	folder, err := migrate.NewLocalDir(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := migrate.Validate(folder); err != nil {
		log.Fatal(err)
	}
	files, err := folder.Files()
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		statements, err := f.Stmts()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.Name(), len(statements))
	}
}
`

// Atlas' own code accepts the sum, also over migrations that were there, and sees
// the statements of the plan.
func TestAtlasReadsTheFiles(t *testing.T) {
	t.Parallel()
	wantTools(t)
	source, folder := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(source, "go.mod"), []byte("module reader\n\ngo 1.25\n\nrequire ariga.io/atlas "+atlasVersion+"\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(source, "main.go"), []byte(atlasReader), 0o644))
	must(t, os.WriteFile(filepath.Join(folder, "20200101000000_first.sql"), []byte("SELECT 1;\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(folder, "20200101000001_ignored.sql"), []byte("-- atlas:sum ignore\nSELECT 1;\nSELECT 2;\n"), 0o644))

	d, err := authplugin.Describe(authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}}, offline("postgres"))
	must(t, err)
	// Two of the steps as if they were for tables that exist.
	plan := *d.Plan
	plan.Steps = append(plan.Steps, authplugin.Step{
		Kind: authplugin.CreateIndex, Table: "users", Name: "x", SQL: []string{`CREATE INDEX CONCURRENTLY "x" ON "users" ("name")`},
	}, authplugin.Step{
		Kind: authplugin.AddColumn, Table: "users", Name: "y", SQL: []string{`ALTER TABLE "users" ADD "y" text DEFAULT 'a;` + "\n-- atlas:sum ignore\n" + `'`}, Transactional: true,
	})
	files, err := generate.Atlas(&plan, generate.FileOptions{Name: "auth", Version: noon, Existing: os.DirFS(folder)})
	must(t, err)
	writeFiles(t, folder, files)

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "run", "-mod=mod", ".", folder)
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "GOWORK=off")
	output, err := cmd.CombinedOutput()
	if err != nil {
		err = errors.New(strings.TrimSpace(string(output)) + ": " + err.Error())
		if unobtainable(err) {
			t.Skipf("ariga.io/atlas@%s %s: %v", atlasVersion, notToBeHad, err)
		}
		t.Fatal(err)
	}
	statements := 0
	for _, s := range d.Plan.Steps {
		statements += len(s.SQL)
	}
	want := fmt.Sprintf("20200101000000_first.sql 1\n20200101000001_ignored.sql 2\n%s %d\n%s 1\n%s 1\n",
		files[0].Name, statements, files[1].Name, files[2].Name)
	if !strings.HasSuffix(string(output), want) {
		t.Errorf("atlas sees %s, want %s", output, want)
	}
}
