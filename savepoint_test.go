package authplugin

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSavepoint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dialect, query string
		want           savepointCommand
		rest           string
	}{
		{"sqlite", "SAVEPOINT sp1", savepointCommand{setSavepoint, "sp1"}, ""},
		{"sqlite", " \n savepoint `Sp``1` ;", savepointCommand{setSavepoint, "sp`1"}, ""},
		{"sqlite", "-- why\n/* because */ SAVEPOINT [a b]", savepointCommand{setSavepoint, "a b"}, ""},
		{"sqlite", "SAVEPOINT 'a'", savepointCommand{setSavepoint, "a"}, ""},
		{"sqlite", "SAVEPOINT a/* tagged */", savepointCommand{setSavepoint, "a"}, ""},
		{"sqlite", "SAVEPOINT a-- tagged", savepointCommand{setSavepoint, "a"}, ""},
		{"sqlite", "SAVEPOINT a; SAVEPOINT b", savepointCommand{setSavepoint, "a"}, "SAVEPOINT b"},
		{"sqlite", "ROLLBACK TRANSACTION TO a", savepointCommand{rollbackToSavepoint, "a"}, ""},
		{"sqlite", "ROLLBACK TO savepoint", savepointCommand{rollbackToSavepoint, "savepoint"}, ""},
		{"sqlite", "RELEASE A", savepointCommand{releaseSavepoint, "a"}, ""},
		{"postgres", `SAVEPOINT "Mixed"`, savepointCommand{setSavepoint, "Mixed"}, ""},
		{"postgres", `ROLLBACK WORK TO SAVEPOINT Mixed`, savepointCommand{rollbackToSavepoint, "mixed"}, ""},
		{"postgres", "ROLLBACK", savepointCommand{rollbackAll, ""}, ""},
		{"postgres", "ROLLBACK AND CHAIN; RELEASE a", savepointCommand{rollbackAll, ""}, "RELEASE a"},
		{"postgres", "ROLLBACK PREPARED 'a'", savepointCommand{}, ""},
		{"mysql", "RELEASE SAVEPOINT `A`", savepointCommand{releaseSavepoint, "a"}, ""},
		{"sqlserver", "SAVE TRANSACTION Mixed", savepointCommand{setSavepoint, "Mixed"}, ""},
		{"sqlserver", "save tran [Mixed]", savepointCommand{setSavepoint, "Mixed"}, ""},
		{"sqlserver", "ROLLBACK TRANSACTION Mixed", savepointCommand{rollbackToSavepoint, "Mixed"}, ""},
		{"sqlserver", "ROLLBACK TRAN", savepointCommand{rollbackAll, ""}, ""},
		{"sqlserver", "SAVE", savepointCommand{}, ""},
		{"sqlite", "SAVEPOINT", savepointCommand{}, ""},
		{"sqlite", "ROLLBACK TO", savepointCommand{}, ""},
		{"sqlite", "SAVEPOINT `open", savepointCommand{setSavepoint, "open"}, ""},
		{"sqlite", "/* open", savepointCommand{}, ""},
		{"sqlite", "SELECT 'SAVEPOINT a'", savepointCommand{}, ""},
		{"sqlite", "", savepointCommand{}, ""},
	} {
		got, rest := parseSavepoint(test.query, test.dialect)
		if got != test.want || rest != test.rest {
			t.Errorf("%s: %q is %v, then %q", test.dialect, test.query, got, rest)
		}
		if may := mayMarkSavepoint(test.query); !may && got.verb != noSavepoint {
			t.Errorf("%q is passed over", test.query)
		}
	}
	for _, query := range []string{
		"SELECT 1", "INSERT INTO a", "UPDATE a", "DELETE FROM a", "REPLACE INTO a", "RESET all", "SET x", "WITH a AS (SELECT 1)",
		"", " ", "s", "r", "ro", "sa", "re",
	} {
		if mayMarkSavepoint(query) {
			t.Errorf("%q is parsed", query)
		}
	}
}

// Whatever an application sends is read to its end.
func FuzzParseSavepoint(f *testing.F) {
	f.Add("SAVEPOINT a; ROLLBACK TO `a`; /* c */ RELEASE \"a\" -- end")
	f.Add("ROLLBACK AND CHAIN;;")
	f.Fuzz(func(_ *testing.T, query string) {
		for _, dialect := range []string{"sqlite", "postgres", "mysql", "sqlserver"} {
			(&commitQueue{dialect: dialect}).mark(query, nil)
		}
	})
}

// A queue follows what the database does to savepoints.
func TestCommitQueue(t *testing.T) {
	t.Parallel()
	type step struct {
		query string
		err   error
	}
	for name, test := range map[string]struct {
		// steps are statements, each followed by a call.
		steps   []step
		outcome commitOutcome
		want    []commitOutcome
	}{
		"a newer one hides an older one": {
			[]step{{"SAVEPOINT a", nil}, {"SAVEPOINT a", nil}, {"ROLLBACK TO a", nil}},
			committed,
			[]commitOutcome{committed, rolledBack, committed},
		},
		"until it is released": {
			[]step{{"SAVEPOINT a", nil}, {"SAVEPOINT a", nil}, {"RELEASE a", nil}, {"ROLLBACK TO a", nil}},
			committed,
			[]commitOutcome{rolledBack, rolledBack, rolledBack, committed},
		},
		"release takes the inner ones": {
			[]step{{"SAVEPOINT a", nil}, {"SAVEPOINT b", nil}, {"RELEASE a", nil}, {"ROLLBACK TO b", errTest}},
			committed,
			[]commitOutcome{committed, committed, committed, committed},
		},
		"so does a rollback": {
			[]step{{"SAVEPOINT a", nil}, {"SAVEPOINT b", nil}, {"ROLLBACK TO a", nil}, {"ROLLBACK TO b", errTest}},
			committed,
			[]commitOutcome{rolledBack, rolledBack, committed, committed},
		},
		"one that was refused is not there": {
			[]step{{"SAVEPOINT a", nil}, {"SAVEPOINT a", errTest}, {"ROLLBACK TO a", nil}},
			committed,
			[]commitOutcome{rolledBack, rolledBack, committed},
		},
		"a rollback that failed": {
			[]step{{"SAVEPOINT a", nil}, {"ROLLBACK TO a", errTest}},
			committed,
			[]commitOutcome{unknown, committed},
		},
		"one that was not seen": {
			[]step{{"SELECT 1", nil}, {"ROLLBACK TO x", nil}},
			committed,
			[]commitOutcome{unknown, committed},
		},
		"then all of it": {
			[]step{{"SELECT 1", nil}, {"ROLLBACK TO x", nil}},
			rolledBack,
			[]commitOutcome{rolledBack, rolledBack},
		},
		"a commit that failed": {
			[]step{{"SAVEPOINT a", nil}, {"ROLLBACK TO a", nil}},
			unknown,
			[]commitOutcome{rolledBack, unknown},
		},
		"several at once": {
			[]step{{"SAVEPOINT a; SAVEPOINT b", nil}, {"ROLLBACK TO b; RELEASE a; SAVEPOINT a", nil}, {"ROLLBACK TO a", nil}},
			committed,
			[]commitOutcome{rolledBack, rolledBack, committed},
		},
		"all by hand": {
			[]step{{"SAVEPOINT a", nil}, {"ROLLBACK", nil}},
			committed,
			[]commitOutcome{rolledBack, committed},
		},
	} {
		var got []commitOutcome
		q := &commitQueue{dialect: "sqlite"}
		for _, s := range test.steps {
			q.mark(s.query, s.err)
			if err := q.add(func(o commitOutcome) { got = append(got, o) }); err != nil {
				t.Fatal(err)
			}
		}
		runCalls(q.close(), test.outcome)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
