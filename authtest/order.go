package authtest

import (
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// dialectors are the kinds of databases, without one.
func dialectors() map[string]func() gorm.Dialector {
	return map[string]func() gorm.Dialector{
		"sqlite":   func() gorm.Dialector { return sqlite.Open(":memory:") },
		"postgres": func() gorm.Dialector { return postgres.Open("") },
		"mysql": func() gorm.Dialector {
			return mysql.New(mysql.Config{DSN: "u@tcp(127.0.0.1:1)/d", SkipInitializeWithVersion: true, ServerVersion: "8.0.36"})
		},
		"sqlserver": func() gorm.Dialector { return sqlserver.Open("") },
	}
}

// maxPermutations bounds how many orders are tried.
const maxPermutations = 120

// order expects the same tables in whatever order the plugins are given.
func (c *conformance) order(t *testing.T) {
	t.Parallel()
	for name, dialector := range dialectors() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := ""
			for i, order := range permutations(len(c.config().Plugins)) {
				cfg := c.config()
				plugins := make([]authplugin.Plugin, len(order))
				for to, from := range order {
					plugins[to] = cfg.Plugins[from]
				}
				cfg.Plugins = plugins
				described, err := authplugin.Describe(cfg, dialector())
				if err != nil {
					t.Fatalf("authtest: order %v: %v", order, err)
				}
				switch got := described.Plan.SQL(); {
				case i == 0:
					want = got
				case got != want:
					t.Fatalf("authtest: the plugins in the order %v give\n%s\ninstead of\n%s", order, got, want)
				}
			}
		})
	}
}

// permutations are the orders of n things, at most maxPermutations.
func permutations(n int) [][]int {
	all := [][]int{{}}
	for i := range n {
		var next [][]int
		for _, order := range all {
			for at := range len(order) + 1 {
				longer := append(append(append([]int{}, order[:at]...), i), order[at:]...)
				next = append(next, longer)
			}
		}
		all = next[:min(len(next), maxPermutations)]
	}
	return all
}
