package tests

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The root package is what applications import: nothing of drivers, Redis or the
// command line comes with it.
func TestRootImportsNothingOfTheCommandLine(t *testing.T) {
	t.Parallel()
	const module = "github.com/gorm-auth/authplugin"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "gorm.io/gorm") {
		t.Fatalf("go list says nothing of GORM: %v", packages)
	}
	allowed := []string{"gorm.io/gorm", "github.com/google/uuid", "github.com/jinzhu", "golang.org/x/crypto", "golang.org/x/sync", "golang.org/x/text", "golang.org/x/sys", module}
	for _, p := range packages {
		first, _, _ := strings.Cut(p, "/")
		standard := !strings.Contains(first, ".")
		if !standard && !slices.ContainsFunc(allowed, func(a string) bool { return p == a || strings.HasPrefix(p, a+"/") }) {
			t.Errorf("the root package imports %s", p)
		}
		for _, own := range []string{"/authcli", "/cmd", "/redisstore", "/memorystore", "/localcache", "/databasestore", "/storagetest", "/internal/configfile", "/internal/dbtest"} {
			if strings.HasPrefix(p, module+own) {
				t.Errorf("the root package imports %s", p)
			}
		}
	}
}
