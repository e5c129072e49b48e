-- # create
BEGIN;
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "a"
-- @p3 = false (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # bulk update
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE email_verified = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = true (bool)
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE email_verified = @p3 AND "users"."id" = @p4;
-- @p1 = "x"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = true (bool)
-- @p4 = 1 (int64)
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE email_verified = @p3 AND "users"."id" = @p4;
-- @p1 = "Bobby"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = true (bool)
-- @p4 = 2 (int64)
COMMIT;
-- # create in a transaction
BEGIN;
SAVE TRANSACTION authplugin_1;
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "a"
-- @p3 = false (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # refused delete in a transaction
BEGIN;
SAVE TRANSACTION authplugin_2;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE email_verified = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = true (bool)
DELETE FROM "users" WHERE email_verified = @p1 AND "users"."id" IN (@p2,@p3);
-- @p1 = true (bool)
-- @p2 = 1 (int64)
-- @p3 = 2 (int64)
ROLLBACK TRANSACTION authplugin_2;
COMMIT;
