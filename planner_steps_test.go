package authplugin

import (
	"strings"
	"testing"
)

// A script that drops two columns has the statement twice, and SQL Server takes a
// variable's declaration once in a batch.
func TestDropDefaultIsABatchOfItsOwn(t *testing.T) {
	t.Parallel()
	plan := Plan{Dialect: "sqlserver", Steps: []Step{
		{Kind: AddColumn, Table: "users", Name: "a", Reverse: []string{dropDefault(`"users"`, "a")}},
		{Kind: AddColumn, Table: "users", Name: "it's", Reverse: []string{dropDefault(`"users"`, "it's")}},
	}}
	script := plan.ReverseSQL()
	for line := range strings.Lines(script) {
		if strings.Contains(line, "DECLARE") && !strings.HasPrefix(line, "EXEC (N'DECLARE @d ") {
			t.Errorf("not in a batch of its own: %s", line)
		}
	}
	if want := "N''it''''s''"; !strings.Contains(script, want) {
		t.Errorf("%s is not in %s", want, script)
	}
}
