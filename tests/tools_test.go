package tests

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// toolsVariable asks for the tests with tools of others, which take minutes to build.
const toolsVariable = "AUTHPLUGIN_TEST_TOOLS"

// notToBeHad is what .ci/run looks for in the output.
const notToBeHad = "is not to be had here"

// goTool is a program that go install builds.
type goTool struct {
	name string
	pkg  string
	// tags leave out the drivers that no test needs.
	tags string
	// build runs once a process.
	build func() (string, error)
}

func newGoTool(name, pkg, tags string) *goTool {
	g := &goTool{name: name, pkg: pkg, tags: tags}
	g.build = sync.OnceValues(g.install)
	return g
}

// path is the tool's program. Without the variable, or when the module proxy has
// not the tool, the test is skipped.
func (g *goTool) path(t *testing.T) string {
	t.Helper()
	wantTools(t)
	path, err := g.build()
	if err != nil && unobtainable(err) {
		t.Skipf("%s %s: %v", g.pkg, notToBeHad, err)
	}
	if err != nil {
		t.Fatalf("build %s: %v", g.pkg, err)
	}
	return path
}

func wantTools(t *testing.T) {
	t.Helper()
	if os.Getenv(toolsVariable) != "all" {
		t.Skipf("%s=all builds goose and golang-migrate, which takes minutes once, and runs this", toolsVariable)
	}
}

// install builds the tool into the user's cache, once a machine.
func (g *goTool) install() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "authplugin-tools")
	name := g.name
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	_, version, _ := strings.Cut(g.pkg, "@")
	path := filepath.Join(folder, version, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	// Another process may be building it too; the last one wins.
	build, err := os.MkdirTemp(folder, "build")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(build) }()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "install", "-tags", g.tags, g.pkg)
	cmd.Dir = build
	cmd.Env = append(os.Environ(), "GOBIN="+build)
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(strings.TrimSpace(string(output)) + ": " + err.Error())
	}
	return path, os.Rename(filepath.Join(build, name), path)
}

// unobtainable tells a module that cannot be downloaded from one that does not build.
func unobtainable(err error) bool {
	return regexp.MustCompile(`(?i)no such host|dial tcp|403 Forbidden|404 Not Found|410 Gone|not available|unrecognized import path|module lookup disabled|i/o timeout|TLS handshake|proxyconnect`).MatchString(err.Error())
}

// program is one that the machine has, or a skip.
func program(t *testing.T, names ...string) string {
	t.Helper()
	wantTools(t)
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("%s %s", names[0], notToBeHad)
	return ""
}

// runTool runs a program, whose failure ends the test.
func runTool(t *testing.T, env []string, stdin, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Dir = t.TempDir()
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), args, err, output)
	}
}
