package sqlrecorder
import ("testing";"context";"strings";"github.com/sqlc-dev/teesql/parser")
func TestZ(t *testing.T){ for _,s:=range []string{
`MERGE INTO "t" WITH (HOLDLOCK) USING (SELECT @p1 AS a) AS excluded ON x."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","a") VALUES ("excluded"."id","excluded"."a");`,
`MERGE INTO "t" AS x USING (SELECT @p1 AS a) AS excluded ON x."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","a") VALUES ("excluded"."id","excluded"."a");`,
`MERGE "t" AS x USING (SELECT @p1 AS a) AS excluded ON x."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","a") VALUES ("excluded"."id","excluded"."a");`,
`MERGE INTO "t" USING s AS excluded ON x."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","a") VALUES ("excluded"."id","excluded"."a");`,
`DROP TABLE t CASCADE`,  `CREATE TABLE t (a int) ENGINE=InnoDB`, `SELEC 1`, `sp_rename 'a','b'`, `sp_rename @objname = @p1, @newname = @p2, @objtype = 'COLUMN';`, `SAVEPOINT x`, `SELECT * FROM t FOR UPDATE`, `UPDATE t SET a=1 LIMIT 1`, `UPDATE t SET a=1 LIMIT`, `DELETE FROM t RETURNING id`, `SELECT * FROM t ORDER BY a NULLS LAST`, `ALTER TABLE t ALTER COLUMN a TYPE text`, `ALTER TABLE t ADD COLUMN a int`, `SELECT a || b FROM t`, `SELECT a::text FROM t`,`INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING`,
}{ sc,err:=parser.Parse(context.Background(),strings.NewReader(s)); t.Logf("%v\t%.110s",err,s); if err==nil { for _,b:=range sc.Batches { for _,x:=range b.Statements { t.Logf("   %T", x)}}}}}
