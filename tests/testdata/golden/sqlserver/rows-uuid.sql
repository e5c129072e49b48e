-- # find by id
SELECT * FROM "users" WHERE ("users"."id" = @p1) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # find many
SELECT * FROM "users" ORDER BY "users"."name" DESC OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY;
-- # lock
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE ("users"."id" = @p1) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE ("users"."email_verified" = @p1) ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = true (bool)
COMMIT;
-- # update if
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE ("users"."id" = @p1 AND ("users"."name" = @p2 AND CAST(CAST("users"."name" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "Ada"
-- @p3 = "Ada"
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE ("users"."id" = @p3);
-- @p1 = "Eve"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "users" WHERE "users"."id" = @p1 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # consume
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE (("users"."email" = @p1 AND CAST(CAST("users"."email" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada@example.com"
-- @p2 = "ada@example.com"
DELETE FROM "users" WHERE "users"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # delete
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE ("users"."id" = @p1) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "users" WHERE "users"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # delete expired
SELECT "id" FROM "sessions" WHERE "sessions"."expires_at" <= @p1 ORDER BY "sessions"."expires_at" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 2026-11-21T07:00:00.123Z
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" = @p1 AND "sessions"."expires_at" <= @p2;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
