package authcli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

// What init writes can be read, compiled and run.
func TestInit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, authcli.Options{}, nil, "init", "--dir", dir).want(t, authcli.ExitOK, "wrote")
	config := filepath.Join(dir, "authplugin.yaml")
	if _, err := configfile.Load(config, nil); err != nil {
		t.Error(err)
	}
	source := filepath.Join(dir, "cmd", "auth", "main.go")
	program := filepath.Join(dir, "program.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, source)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	status := exec.CommandContext(t.Context(), program, "status")
	status.Env = append(os.Environ(), "DATABASE_URL=sqlite:"+filepath.ToSlash(filepath.Join(dir, "app.db")))
	out, err := status.CombinedOutput()
	if err == nil || status.ProcessState.ExitCode() != authcli.ExitPending {
		t.Errorf("%v: %s", err, out)
	}
}

func TestInitLeavesFilesAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := filepath.Join(dir, "authplugin.yaml")
	if err := os.WriteFile(config, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, authcli.Options{}, nil, "init", "--dir", dir).want(t, authcli.ExitError, "exists", "--force")
	if text, err := os.ReadFile(config); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "cmd")); err == nil {
		t.Error("the other file was written")
	}
	run(t, authcli.Options{}, nil, "init", "--dir", dir, "--force").want(t, authcli.ExitOK)
	if text, err := os.ReadFile(config); err != nil || string(text) == "mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
}
