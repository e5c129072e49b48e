package sqlrecorder_test

import (
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

func TestCheckAccepts(t *testing.T) {
	t.Parallel()

	for _, statement := range []string{
		`SELECT * FROM "users" WHERE "email" = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY`,
		`SELECT * FROM "users" ORDER BY (SELECT NULL) OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY`,
		`SELECT "s"."id", "u"."name" FROM "sessions" AS "s" LEFT JOIN "users" AS "u" ON "u"."id" = "s"."user_id" WHERE "s"."token" = @p1`,
		`SELECT count(*) FROM [users] WHERE [limit] IN (@p1,@p2) AND NOT [returning] LIKE N'%it''s%' ESCAPE '\'`,
		`INSERT INTO "users" ("name") OUTPUT INSERTED."id" VALUES (@p1),(@p2);`,
		`INSERT INTO "users" DEFAULT VALUES;`,
		`SET IDENTITY_INSERT "users" ON;INSERT INTO "users" ("id") VALUES (1);SET IDENTITY_INSERT "users" OFF;`,
		`UPDATE "users" SET "count"="count" + 1 WHERE "id" = @p1 AND "count" < @p2`,
		`UPDATE "rate" SET "count" = 1 OUTPUT INSERTED."count" WHERE "key" = @p1`,
		`DELETE TOP (100) FROM "sessions" WHERE "expires_at" < @p1`,
		`DELETE FROM "verifications" OUTPUT DELETED."value" WHERE "id" = @p1`,
		`SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "id" = @p1`,
		`MERGE INTO "t" USING (VALUES(@p1,@p2),(@p3,@p4)) AS excluded ("id","a") ON "t"."id" = "excluded"."id" WHEN MATCHED THEN UPDATE SET "a"="excluded"."a" WHEN NOT MATCHED THEN INSERT ("id","a") VALUES ("excluded"."id","excluded"."a") OUTPUT INSERTED."id";`,
		`MERGE INTO "t" WITH (HOLDLOCK) USING (VALUES((@p1),COALESCE(@p2, ')'))) AS excluded ("id","a") ON "t"."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","a") VALUES ("excluded"."id","excluded"."a");`,
		`CREATE TABLE "users" ("id" nvarchar(36),"email" nvarchar(255) NOT NULL,"verified" bit NOT NULL,"at" datetimeoffset(3),PRIMARY KEY ("id"))`,
		`CREATE TABLE "n" ("id" bigint IDENTITY(1,1),"body" nvarchar(max),CONSTRAINT "f" FOREIGN KEY ("id") REFERENCES "users"("id") ON DELETE CASCADE)`,
		`CREATE UNIQUE INDEX "i" ON "users"("email") WHERE "email" IS NOT NULL`,
		`ALTER TABLE "users" ADD "nick" nvarchar(255)`,
		`ALTER TABLE "users" ADD CONSTRAINT "f" FOREIGN KEY ("a") REFERENCES "b"("c") ON DELETE NO ACTION`,
		`ALTER TABLE "users" ALTER COLUMN "nick" nvarchar(100) NOT NULL`,
		`DROP TABLE IF EXISTS "users"`,
		`DROP INDEX "i" ON "users"`,
		`IF NOT EXISTS (SELECT 1 FROM sys.tables WHERE name = N'x') CREATE TABLE x (a int)`,
		`DECLARE @r int; EXEC @r = sp_getapplock @Resource = @p1, @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 1000; SELECT @r`,
		`EXEC sp_releaseapplock @Resource = @p1, @LockOwner = 'Session'`,
		`sp_rename @objname = @p1, @newname = @p2, @objtype = 'COLUMN';`,
		`SAVE TRANSACTION sp1;`,
		`ROLLBACK TRANSACTION sp1;`,
		"/* LIMIT 1 /* nested */ RETURNING */ SELECT 'FOR UPDATE', '`', 'a::b' -- ON CONFLICT\n FROM [now()]",
	} {
		if err := sqlrecorder.Check(statement); err != nil {
			t.Errorf("refused: %v", err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()

	for statement, reason := range map[string]string{
		`SELECT * FROM "users" ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY FOR UPDATE`: `"FOR UPDATE"`,
		`DELETE FROM "users" RETURNING "id"`:                                                 `"RETURNING"`,
		`SELECT * FROM "users" limit 1`:                                                      `"LIMIT #"`,
		`UPDATE "users" SET "a" = 1 LIMIT @p1`:                                               `"LIMIT #"`,
		`SELECT * FROM "users" LIMIT $1`:                                                     `"LIMIT #"`,
		`INSERT INTO "users" ("id") VALUES (1) ON CONFLICT DO NOTHING`:                       `"ON CONFLICT"`,
		`INSERT INTO "users" ("id") VALUES (1) ON DUPLICATE KEY UPDATE "id" = 1`:             `"ON DUPLICATE KEY"`,
		`CREATE TABLE IF NOT EXISTS "users" ("id" int)`:                                      `"TABLE IF NOT EXISTS"`,
		`CREATE UNIQUE INDEX IF NOT EXISTS "i" ON "users"("id")`:                             `"INDEX IF NOT EXISTS"`,
		"SELECT `id` FROM `users`":                                                           "\"`\"",
		`ALTER TABLE "users" ADD COLUMN "nick" nvarchar(255)`:                                `"ADD COLUMN"`,
		`CREATE TABLE "users" ("id" int AUTO_INCREMENT)`:                                     `"AUTO_INCREMENT"`,
		`CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT)`:                      `"AUTOINCREMENT"`,
		`CREATE TABLE "users" ("id" bigserial)`:                                              `"BIGSERIAL"`,
		`CREATE TABLE "users" ("ok" boolean)`:                                                `"BOOLEAN"`,
		`CREATE TABLE "users" ("a" int) ENGINE=InnoDB`:                                       `"ENGINE ="`,
		`SELECT "a"::text FROM "users"`:                                                      `"::"`,
		`CREATE TABLE "users" ("a" jsonb)`:                                                   `"JSONB"`,
		`CREATE TABLE "users" ("a" timestamptz)`:                                             `"TIMESTAMPTZ"`,
		`SELECT nextval('s')`:                                                                `"NEXTVAL"`,
		`UPDATE "users" SET "at" = NOW()`:                                                    `"NOW ("`,
		`SELECT * FROM "users" WHERE "a" = $1`:                                               `"$ #"`,
		`SELECT * FROM "users" WHERE "a" = ?`:                                                `"?"`,
		`SELECT * FROM "users" WHERE "ok" = true`:                                            `"TRUE"`,
		`SELECT "a" || "b" FROM "users"`:                                                     `"||"`,
		`SELECT * FROM "users" ORDER BY "a" NULLS LAST`:                                      `"NULLS LAST"`,
		`PRAGMA foreign_keys = ON`:                                                           `"PRAGMA"`,
		`ROLLBACK TO SAVEPOINT sp1`:                                                          `"SAVEPOINT"`,
		`DROP TABLE "users" CASCADE`:                                                         `["CASCADE"] is no statement`,
		`SELEC 1`:                                                                            `["SELEC"] is no statement`,
		`SELECT 1; sp_rename 'a', 'b'`:                                                       `["SP_RENAME"] is no statement`,
		`SELECT '😀' FROM "users"; VACUUM`:                                                    `["VACUUM"] is no statement`,
		`MERGE INTO "t" USING (VALUES(@p1)) AS e ("id") ON 1 = 1 WHEN NOT MATCHED THEN INSERT ("id") VALUES (1)`:      "semicolon",
		`MERGE INTO "t" USING (VALUES(@p1 @p2)) AS e ("id") ON 1 = 1 WHEN NOT MATCHED THEN INSERT ("id") VALUES (1);`: "",
		`MERGE INTO "t" USING (VALUES(@p1)) AS e ("id") ON WHEN NOT MATCHED THEN INSERT ("id") VALUES (1);`:           "",
		`SELECT FROM "users"`:         "",
		`SELECT ((1)`:                 "",
		`SELECT 'it''s`:               "has no end",
		`SELECT 1 /* /* */`:           "has no end",
		"":                            "empty",
		" -- nothing but a comment\n": "empty",
	} {
		err := sqlrecorder.Check(statement)
		if err == nil {
			t.Errorf("accepted: %s", statement)
		} else if !strings.Contains(err.Error(), reason) {
			t.Errorf("refused for another reason than %s: %v", reason, err)
		}
	}
}
