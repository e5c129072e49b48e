package sqlrecorder

import (
	"slices"
	"testing"
)

func TestOutputInserted(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		statement string
		columns   []string
		rows      int
	}{
		{`INSERT INTO "t" ("a") OUTPUT INSERTED."id" VALUES (@p1);`, []string{"id"}, 1},
		{`INSERT INTO "t" ("a") OUTPUT INSERTED."id", INSERTED.[at] VALUES (@p1,(2)),('),(',@p2),(3,4);`, []string{"id", "at"}, 3},
		{`INSERT INTO "t" OUTPUT INSERTED."id" DEFAULT VALUES;`, []string{"id"}, 1},
		{`SET IDENTITY_INSERT "t" ON;INSERT INTO "t" ("id") OUTPUT INSERTED."id" VALUES (1);SET IDENTITY_INSERT "t" OFF;`, []string{"id"}, 1},
		{`MERGE INTO "t" USING (VALUES(1,2),(3,4)) AS e ("id","a") ON 1=1 WHEN NOT MATCHED THEN INSERT ("id") VALUES (e."id") OUTPUT INSERTED."id";`, []string{"id"}, 2},
		{`INSERT INTO "t" ("a") OUTPUT INSERTED."id" SELECT 1`, []string{"id"}, 0},
		{`INSERT INTO "t" ("OUTPUT INSERTED.") VALUES (1)`, nil, 0},
		{`UPDATE "t" SET "a" = 1 OUTPUT INSERTED."id" WHERE 1 = 1`, nil, 0},
		{`DELETE FROM "t" OUTPUT DELETED."id"`, nil, 0},
		{`SELECT 1`, nil, 0},
		{`SELECT '`, nil, 0},
	} {
		columns, rows := outputInserted(test.statement)
		if !slices.Equal(columns, test.columns) || rows != test.rows {
			t.Errorf("%s: %q and %d rows, want %q and %d", test.statement, columns, rows, test.columns, test.rows)
		}
	}
}

// FuzzTokenize: tokens lie in order inside the statement, whatever it is.
func FuzzTokenize(f *testing.F) {
	f.Add(`SELECT "a""b", [c]]d], N'it''s' /* x */ -- y`)
	f.Fuzz(func(t *testing.T, statement string) {
		tokens, err := tokenize(statement)
		if err != nil {
			return
		}

		at := 0
		for _, token := range tokens {
			if token.start < at || token.end <= token.start || token.end > len(statement) {
				t.Fatalf("token %+v after byte %d of %q", token, at, statement)
			}

			at = token.end
		}
	})
}
