-- # Users.Create
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_1>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.SignUp
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_2>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_3>
-- @p2 = <id_2>
-- @p3 = <id_2>
-- @p4 = "credential"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = "new hash of secret"
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.CreateWithAccount
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_4>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = <id_4>
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.FindByID
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "id" = @p1;
-- @p1 = "my-own-id"
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "accounts"."created_at","accounts"."id";
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- # Users.FindByEmail
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
-- # Users.UpdateByEmail
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
UPDATE "users" SET "email"=@p1,"name"=@p2,"updated_at"=@p3 WHERE "users"."id" = @p4 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "ada@l.example"
-- @p2 = "Ada L."
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "my-own-id"
-- @p5 = "my-own-id"
SELECT * FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Users.Delete
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "my-own-id"
DELETE FROM "badges" WHERE "badges"."account_id" IN (SELECT "id" FROM "accounts" WHERE "accounts"."user_id" = @p1);
-- @p1 = "my-own-id"
DELETE FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "my-own-id"
DELETE FROM "badges" WHERE "badges"."user_id" = @p1;
-- @p1 = "my-own-id"
DELETE FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Sessions.Create
BEGIN;
INSERT INTO "sessions" ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8);
-- @p1 = <id_6>
-- @p2 = "my-own-id"
-- @p3 = <sha256$secret_7>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = "::1"
-- @p6 = "Go"
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.Find
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" IN (@p1, @p2);
-- @p1 = <sha256$secret_8>
-- @p2 = "Token"
BEGIN;
UPDATE "sessions" SET "token"=@p1 WHERE ("sessions"."id" = @p2 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" = @p4;
-- @p1 = <sha256$secret_8>
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "Token"
COMMIT;
-- # Sessions.FindMany
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" IN (@p1, @p2, @p3, @p4, @p5, @p6);
-- @p1 = <sha256$secret_8>
-- @p2 = "Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "another"
-- @p5 = <sha256$secret_10>
-- @p6 = "a third"
BEGIN;
UPDATE "sessions" SET "token"=@p1 WHERE ("sessions"."id" = @p2 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" = @p4;
-- @p1 = <sha256$secret_8>
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "Token"
COMMIT;
-- # Sessions.List
SELECT * FROM "sessions" WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "sessions"."created_at" DESC,"sessions"."id" DESC;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 2026-11-21T07:00:00.123Z
-- # Sessions.Refresh
BEGIN;
UPDATE "sessions" SET "expires_at"=@p1,"updated_at"=@p2 WHERE ("sessions"."id" = @p3 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p5 AND "sessions"."expires_at" < @p6;
-- @p1 = 2026-11-28T07:00:00.123Z
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T08:00:00.124Z
SELECT * FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.Revoke
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."token" IN (@p1,@p2) AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = <sha256$secret_8>
-- @p2 = "Token"
-- @p3 = <sha256$secret_8>
-- @p4 = "Token"
COMMIT;
-- # Sessions.RevokeByID
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Sessions.RevokeAll
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Sessions.RevokeOthers
BEGIN;
DELETE FROM "sessions" WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" NOT IN (@p3,@p4);
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = <sha256$secret_8>
-- @p4 = "Token"
COMMIT;
-- # Sessions.DeleteExpired
SELECT "id" FROM "sessions" WHERE "sessions"."expires_at" <= @p1 ORDER BY "sessions"."expires_at" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 2026-11-21T07:00:00.123Z
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" IN (@p1,@p2,@p3) AND "sessions"."expires_at" <= @p4;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.HashStoredTokens
SELECT * FROM "sessions" ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
BEGIN;
UPDATE "sessions" SET "token"=@p1 WHERE ("sessions"."id" = @p2 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" = @p4;
-- @p1 = <sha256$secret_8>
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "Token"
COMMIT;
-- # Accounts.Link
BEGIN;
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = "my-own-id"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = <enc:v1:k1:secret_11>
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Accounts.Link, linked already
BEGIN;
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
ROLLBACK;
-- # Accounts.Unlink
BEGIN;
DELETE FROM "accounts" WHERE ("accounts"."id" = @p1 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND ("accounts"."user_id" = @p3 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
COMMIT;
-- # Accounts.List
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "accounts"."created_at","accounts"."id";
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- # Accounts.SignIn, known
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
BEGIN;
SELECT * FROM "accounts" WHERE "accounts"."id" = @p1 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
SAVE TRANSACTION savepoint_12;
UPDATE "accounts" SET "access_token"=@p1,"updated_at"=@p2 WHERE "accounts"."id" = @p3 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = <enc:v1:k1:secret_13>
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
SELECT * FROM "accounts" WHERE "accounts"."id" = @p1 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Accounts.SignIn, link
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
SAVE TRANSACTION savepoint_14;
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = "my-own-id"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = <enc:v1:k1:secret_15>
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Accounts.SignIn, sign up
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_16>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = <id_16>
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = <enc:v1:k1:secret_17>
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_18>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = <id_18>
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = <enc:v1:k1:secret_19>
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_20>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = <id_20>
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = <enc:v1:k1:secret_21>
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = <id_22>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_5>
-- @p2 = <id_22>
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = <enc:v1:k1:secret_23>
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
-- # Accounts.SetPassword
BEGIN;
UPDATE "accounts" SET "password"=@p1,"updated_at"=@p2 WHERE ("accounts"."user_id" = @p3 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."provider_id" = @p5;
-- @p1 = "new hash of secret"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = "credential"
COMMIT;
-- # Accounts.SetPassword, the first
BEGIN;
UPDATE "accounts" SET "password"=@p1,"updated_at"=@p2 WHERE ("accounts"."user_id" = @p3 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."provider_id" = @p5;
-- @p1 = "new hash of secret"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
-- @p5 = "credential"
COMMIT;
BEGIN;
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "credential"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_24>
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "credential"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = "new hash of secret"
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Accounts.VerifyPassword
SELECT * FROM "accounts" WHERE ("accounts"."user_id" = @p1 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."provider_id" = @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "credential"
BEGIN;
UPDATE "accounts" SET "password"=@p1 WHERE ("accounts"."id" = @p2 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."password" = @p4;
-- @p1 = "new hash of secret"
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "hash of secret"
COMMIT;
-- # Accounts.EncryptTokens
SELECT * FROM "accounts" ORDER BY "accounts"."id" OFFSET 0 ROW FETCH NEXT 200 ROWS ONLY;
BEGIN;
UPDATE "accounts" SET "access_token"=@p1 WHERE ("accounts"."id" = @p2 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."access_token" = @p4;
-- @p1 = <enc:v1:k1:secret_25>
-- @p2 = "my-own-id"
-- @p3 = "my-own-id"
-- @p4 = "access"
COMMIT;
-- # Verifications.Create
BEGIN;
INSERT INTO "verifications" ("id","identifier","value","expires_at","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_26>
-- @p2 = <sha256$secret_27>
-- @p3 = "value"
-- @p4 = 2026-11-21T08:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Verifications.Find
SELECT "id", "identifier", "value", "expires_at", "created_at", "updated_at" FROM "verifications" WHERE "identifier" IN (@p1, @p2) AND CAST(CAST("identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "created_at" DESC, "id" DESC;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
-- # Verifications.Update
SELECT "id", "identifier", "value", "expires_at", "created_at", "updated_at" FROM "verifications" WHERE "identifier" IN (@p1, @p2) AND CAST(CAST("identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "created_at" DESC, "id" DESC;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
BEGIN;
UPDATE "verifications" SET "updated_at"=@p1,"value"=@p2 WHERE "verifications"."id" = @p3 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 2026-11-21T07:00:00.123Z
-- @p2 = "another"
-- @p3 = "my-own-id"
-- @p4 = "my-own-id"
SELECT * FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Verifications.Consume
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Verifications.Consume, of three
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "verifications" WHERE "verifications"."id" IN (@p1,@p2);
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # Verifications.Consume, nothing
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
COMMIT;
-- # Verifications.Consume, lost
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
ROLLBACK;
-- # Verifications.Reserve
BEGIN;
SELECT * FROM "verifications" WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "verifications"."expires_at" > @p5 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
-- @p5 = 2026-11-21T07:00:00.123Z
INSERT INTO "verifications" ("id","identifier","value","expires_at","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_28>
-- @p2 = <sha256$secret_27>
-- @p3 = "value"
-- @p4 = 2026-11-21T08:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Verifications.Reserve, taken
BEGIN;
SELECT * FROM "verifications" WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "verifications"."expires_at" > @p5 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
-- @p5 = 2026-11-21T07:00:00.123Z
ROLLBACK;
-- # Verifications.Delete
BEGIN;
DELETE FROM "verifications" WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = <sha256$secret_27>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_27>
-- @p4 = "reset-password:Token"
COMMIT;
-- # Verifications.DeleteExpired
SELECT "id" FROM "verifications" WHERE "verifications"."expires_at" <= @p1 ORDER BY "verifications"."expires_at" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 2026-11-21T07:00:00.123Z
BEGIN;
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND "verifications"."expires_at" <= @p2;
-- @p1 = "my-own-id"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
