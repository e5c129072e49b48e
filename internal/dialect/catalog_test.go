package dialect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
)

func TestInspectNothing(t *testing.T) {
	t.Parallel()
	for _, d := range dialects() {
		// There is no database behind the nil Querier: no statement may be run.
		if got := inspect(t, d, nil); len(got) != 0 {
			t.Errorf("%s: %v", d.Name(), got)
		}
	}
}

func TestInspectRefusesNames(t *testing.T) {
	t.Parallel()
	for _, d := range dialects() {
		for _, name := range []string{"", ".", "users.", ".users", "db.auth.users"} {
			if _, err := d.Inspect(t.Context(), nil, []string{"users", name}); err == nil {
				t.Errorf("%s: want an error for %q", d.Name(), name)
			}
		}
	}
}

func TestInspectManyTables(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		var names []string
		for i := range 60 {
			names = append(names, fmt.Sprintf("t%d", i))
			if i%2 == 0 {
				mustExec(t, db, fmt.Sprintf("CREATE TABLE t%d (id integer PRIMARY KEY)", i))
			}
		}
		if got := inspect(t, d, db, names...); len(got) != 30 || len(got["t58"].Indexes) != 1 {
			t.Errorf("found %d tables", len(got))
		}
	})
}

func TestInspectReportsErrors(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.Inspect(ctx, db, []string{"users"}); !errors.Is(err, context.Canceled) {
			t.Errorf("want context.Canceled, got %v", err)
		}
	})
}
