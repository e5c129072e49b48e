-- # create
BEGIN;
INSERT INTO "sessions" ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8);
-- @p1 = <id_1>
-- @p2 = "my-own-id"
-- @p3 = <id_2>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" = @p1;
-- @p1 = <id_2>
-- # find without a copy
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" = @p1;
-- @p1 = "Token"
-- # find with a copy
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" = @p1;
-- @p1 = "Token"
-- # find many
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" IN (@p1, @p2);
-- @p1 = "Token"
-- @p2 = "another"
-- # list
SELECT * FROM "sessions" WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "sessions"."created_at" DESC,"sessions"."id" DESC;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 2026-11-21T07:00:00.123Z
-- # update
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" = @p1;
-- @p1 = "Token"
BEGIN;
SELECT * FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # refresh
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 AND "sessions"."expires_at" < @p4 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = 2026-11-21T07:01:00.124Z
UPDATE "sessions" SET "expires_at"=@p1,"updated_at"=@p2 WHERE (("sessions"."id" = @p3 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p5 AND "sessions"."expires_at" < @p6) AND "sessions"."id" = @p7;
-- @p1 = 2026-11-28T07:00:00.123Z
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:01:00.124Z
-- @p7 = "my-own-id"
SELECT * FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # revoke
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "Token"
-- @p2 = "Token"
DELETE FROM "sessions" WHERE ("sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."id" = @p3;
-- @p1 = "Token"
-- @p2 = "Token"
-- @p3 = "my-own-id"
COMMIT;
-- # revoke by id
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."id" = @p3;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
COMMIT;
-- # revoke all
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "sessions" WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."id" = @p3;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
COMMIT;
-- # revoke others
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" <> @p3 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "another"
DELETE FROM "sessions" WHERE (("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" <> @p3) AND "sessions"."id" = @p4;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "another"
-- @p4 = "my-own-id"
COMMIT;
-- # invalidate user
BEGIN;
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
-- # update user
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE ("users"."id" = @p3 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "users"."id" = @p5;
-- @p1 = "Bea"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = "my-own-id"
SELECT * FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
-- # update users by condition
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE email_verified = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = true (bool)
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE email_verified = @p3 AND "users"."id" = @p4;
-- @p1 = "Bea"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = true (bool)
-- @p4 = "my-own-id"
COMMIT;
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
-- # delete user
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."user_id" = @p1 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."id" = @p2;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "badges" WHERE "badges"."account_id" IN (SELECT "id" FROM "accounts" WHERE "accounts"."user_id" = @p1);
-- @p1 = "my-own-id"
DELETE FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "my-own-id"
DELETE FROM "badges" WHERE "badges"."user_id" = @p1;
-- @p1 = "my-own-id"
SAVE TRANSACTION authplugin_2;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
DELETE FROM "users" WHERE ("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "users"."id" = @p3;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
COMMIT;
-- # delete users by condition
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE email_verified = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = true (bool)
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
DELETE FROM "users" WHERE email_verified = @p1 AND "users"."id" = @p2;
-- @p1 = true (bool)
-- @p2 = "my-own-id"
COMMIT;
-- # delete sessions by condition
BEGIN;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE ip_address = @p1 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "::1"
DELETE FROM "sessions" WHERE ip_address = @p1 AND "sessions"."id" = @p2;
-- @p1 = "::1"
-- @p2 = "my-own-id"
COMMIT;
-- # create verification
BEGIN;
INSERT INTO "verifications" ("id","identifier","value","expires_at","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_3>
-- @p2 = "reset-password:Token"
-- @p3 = "value"
-- @p4 = 2026-11-21T08:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # find verification
SELECT "id", "identifier", "value", "expires_at", "created_at", "updated_at" FROM "verifications" WHERE "identifier" IN (@p1, @p2) AND CAST(CAST("identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "created_at" DESC, "id" DESC;
-- @p1 = <sha256$secret_4>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_4>
-- @p4 = "reset-password:Token"
-- # consume verification
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_4>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_4>
-- @p4 = "reset-password:Token"
SAVE TRANSACTION authplugin_1;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "verifications" WHERE ("verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "verifications"."id" = @p3;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
COMMIT;
-- # adopt by find
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
MERGE INTO "sessions" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8)) AS excluded ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") ON "sessions"."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES ("excluded"."id","excluded"."user_id","excluded"."token","excluded"."expires_at","excluded"."ip_address","excluded"."user_agent","excluded"."created_at","excluded"."updated_at");
-- @p1 = <id_5>
-- @p2 = "my-own-id"
-- @p3 = <id_6>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" = @p1;
-- @p1 = <id_6>
-- # adopt by refresh
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 AND "sessions"."expires_at" < @p4 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = <id_7>
-- @p2 = <id_7>
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = 2026-11-21T07:01:00.124Z
SELECT * FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <id_7>
-- @p2 = <id_7>
-- @p3 = 2026-11-21T07:00:00.123Z
ROLLBACK;
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
MERGE INTO "sessions" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8)) AS excluded ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") ON "sessions"."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES ("excluded"."id","excluded"."user_id","excluded"."token","excluded"."expires_at","excluded"."ip_address","excluded"."user_agent","excluded"."created_at","excluded"."updated_at");
-- @p1 = <id_7>
-- @p2 = "my-own-id"
-- @p3 = <id_8>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
BEGIN;
SAVE TRANSACTION authplugin_2;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 AND "sessions"."expires_at" < @p4 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = <id_7>
-- @p2 = <id_7>
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = 2026-11-21T07:01:00.124Z
SELECT * FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <id_7>
-- @p2 = <id_7>
-- @p3 = 2026-11-21T07:00:00.123Z
ROLLBACK;
-- # adopt by revoke
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = <id_9>
-- @p2 = <id_9>
SAVE TRANSACTION savepoint_10;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
MERGE INTO "sessions" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8)) AS excluded ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") ON "sessions"."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES ("excluded"."id","excluded"."user_id","excluded"."token","excluded"."expires_at","excluded"."ip_address","excluded"."user_agent","excluded"."created_at","excluded"."updated_at");
-- @p1 = <id_11>
-- @p2 = "my-own-id"
-- @p3 = <id_9>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION authplugin_2;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = <id_9>
-- @p2 = <id_9>
COMMIT;
-- # adopt by revoke all
BEGIN;
SELECT "token" FROM "sessions" WHERE "sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = <id_12>
-- @p2 = <id_12>
SAVE TRANSACTION savepoint_13;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
MERGE INTO "sessions" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8)) AS excluded ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") ON "sessions"."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES ("excluded"."id","excluded"."user_id","excluded"."token","excluded"."expires_at","excluded"."ip_address","excluded"."user_agent","excluded"."created_at","excluded"."updated_at");
-- @p1 = <id_14>
-- @p2 = "my-own-id"
-- @p3 = <id_12>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION authplugin_1;
SELECT * FROM "sessions" WITH (UPDLOCK, ROWLOCK) WHERE "sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # update user of what is not adopted
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE ("users"."id" = @p3 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "users"."id" = @p5;
-- @p1 = "Bea"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = "my-own-id"
SELECT * FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "id" = @p1;
-- @p1 = "my-own-id"
SELECT "token","user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
-- # consume what is stored
BEGIN;
SAVE TRANSACTION savepoint_15;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = <sha256$secret_4>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_4>
-- @p4 = "reset-password:Token"
COMMIT;
-- # only: create
BEGIN;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # only: find
-- # only: revoke in a transaction
BEGIN;
SAVE TRANSACTION savepoint_16;
COMMIT;
-- # only: update user
BEGIN;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE ("users"."id" = @p3 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "users"."id" = @p5;
-- @p1 = "Bea"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = "my-own-id"
SELECT * FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "id" = @p1;
-- @p1 = "my-own-id"
-- # only: delete user
BEGIN;
DELETE FROM "badges" WHERE "badges"."account_id" IN (SELECT "id" FROM "accounts" WHERE "accounts"."user_id" = @p1);
-- @p1 = "my-own-id"
DELETE FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "my-own-id"
DELETE FROM "badges" WHERE "badges"."user_id" = @p1;
-- @p1 = "my-own-id"
SAVE TRANSACTION authplugin_1;
SELECT * FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "users" WHERE ("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "users"."id" = @p3;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
COMMIT;
-- # only: consume verification
