package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin/plugins/access"
)

func roles() access.Roles {
	return access.Roles{
		"member": access.NewRole(access.Statements{"project": {"read"}}),
		"editor": access.NewRole(access.Statements{"project": {"read", "update"}, "file": {"delete"}}),
	}
}

func TestPermit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		roles, resource, action string
		want                    bool
	}{
		{"member", "project", "read", true},
		{"member", "project", "update", false},
		{"member", "file", "read", false},
		{"member,editor", "file", "delete", true},
		{" editor , member", "project", "update", true},
		{"", "project", "read", false},
		{",", "project", "read", false},
		{"nobody", "project", "read", false},
		{"member", "", "", false},
		{"member", "projectread", "", false},
	} {
		if got := roles().Permit(test.roles, test.resource, test.action); got != test.want {
			t.Errorf("%q on %s.%s: %v", test.roles, test.resource, test.action, got)
		}
	}
}

func TestPermitAll(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		roles      string
		statements access.Statements
		want       bool
	}{
		{"member,editor", access.Statements{"project": {"read", "update"}, "file": {"delete"}}, true},
		{"member", access.Statements{"project": {"read", "update"}}, false},
		{"member", nil, false},
		{"", access.Statements{"project": {"read"}}, false},
	} {
		if got := roles().PermitAll(test.roles, test.statements); got != test.want {
			t.Errorf("%q on %v: %v", test.roles, test.statements, got)
		}
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	given := access.Statements{"project": {"update", "read"}, "file": {"delete"}}
	want := access.Statements{"project": {"read", "update"}, "file": {"delete"}}
	if diff := cmp.Diff(want, access.NewRole(given).Statements()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(access.Statements{"file": {"delete"}}, given.Without(access.Statements{"project": {"read", "update"}})); diff != "" {
		t.Errorf("without (-want +got):\n%s", diff)
	}
	if given.Without(given) != nil {
		t.Error("something is left of statements without themselves")
	}
	if diff := cmp.Diff([]string{"a", "b"}, access.Split(" a,b ,,a")); diff != "" {
		t.Errorf("split (-want +got):\n%s", diff)
	}
}

// A check costs no memory, and well below a microsecond.
func BenchmarkPermit(b *testing.B) {
	all := roles()
	b.ReportAllocs()
	for b.Loop() {
		if !all.Permit("member,editor", "file", "delete") {
			b.Fatal("not permitted")
		}
	}
}
