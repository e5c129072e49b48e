-- # Users.Create
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = "user-1"
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
-- @p1 = "user-2"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-3"
-- @p2 = "user-2"
-- @p3 = "user-2"
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
-- @p1 = "user-4"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_1;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-5"
-- @p2 = "user-4"
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
-- @p1 = "user-4711"
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "accounts"."created_at","accounts"."id";
-- @p1 = "user-4711"
-- @p2 = "user-4711"
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
-- @p4 = "user-4711"
-- @p5 = "user-4711"
SELECT * FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Users.Delete
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "user-4711"
DELETE FROM "badges" WHERE "badges"."account_id" IN (SELECT "id" FROM "accounts" WHERE "accounts"."user_id" = @p1);
-- @p1 = "user-4711"
DELETE FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "user-4711"
DELETE FROM "badges" WHERE "badges"."user_id" = @p1;
-- @p1 = "user-4711"
DELETE FROM "users" WHERE "users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Sessions.Create
BEGIN;
INSERT INTO "sessions" ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8);
-- @p1 = "session-6"
-- @p2 = "user-4711"
-- @p3 = <id_2>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = "::1"
-- @p6 = "Go"
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.Find
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" = @p1;
-- @p1 = "Token"
-- # Sessions.FindMany
SELECT s."id", s."user_id", s."token", s."expires_at", s."ip_address", s."user_agent", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "sessions" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."token" IN (@p1, @p2, @p3);
-- @p1 = "Token"
-- @p2 = "another"
-- @p3 = "a third"
-- # Sessions.List
SELECT * FROM "sessions" WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "sessions"."created_at" DESC,"sessions"."id" DESC;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- @p3 = 2026-11-21T07:00:00.123Z
-- # Sessions.Refresh
BEGIN;
UPDATE "sessions" SET "expires_at"=@p1,"updated_at"=@p2 WHERE ("sessions"."id" = @p3 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p5 AND "sessions"."expires_at" < @p6;
-- @p1 = 2026-11-28T07:00:00.123Z
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "user-4711"
-- @p4 = "user-4711"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T08:00:00.124Z
SELECT * FROM "sessions" WHERE ("sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."expires_at" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- @p3 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.Revoke
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "Token"
-- @p2 = "Token"
COMMIT;
-- # Sessions.RevokeByID
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" = @p1 AND CAST(CAST("sessions"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Sessions.RevokeAll
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Sessions.RevokeOthers
BEGIN;
DELETE FROM "sessions" WHERE ("sessions"."user_id" = @p1 AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."token" <> @p3;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- @p3 = "Token"
COMMIT;
-- # Sessions.DeleteExpired
SELECT "id" FROM "sessions" WHERE "sessions"."expires_at" <= @p1 ORDER BY "sessions"."expires_at" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 2026-11-21T07:00:00.123Z
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" IN (@p1,@p2,@p3) AND "sessions"."expires_at" <= @p4;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- @p3 = "user-4711"
-- @p4 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.HashStoredTokens
-- # Accounts.Link
BEGIN;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-7"
-- @p2 = "user-4711"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = "access"
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
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
ROLLBACK;
-- # Accounts.Unlink
BEGIN;
DELETE FROM "accounts" WHERE ("accounts"."id" = @p1 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND ("accounts"."user_id" = @p3 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- @p3 = "user-4711"
-- @p4 = "user-4711"
COMMIT;
-- # Accounts.List
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "accounts"."created_at","accounts"."id";
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- # Accounts.SignIn, known
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
BEGIN;
SELECT * FROM "accounts" WHERE "accounts"."id" = @p1 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
SAVE TRANSACTION savepoint_3;
UPDATE "accounts" SET "access_token"=@p1,"updated_at"=@p2 WHERE "accounts"."id" = @p3 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "access"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "user-4711"
-- @p4 = "user-4711"
SELECT * FROM "accounts" WHERE "accounts"."id" = @p1 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Accounts.SignIn, link
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
SAVE TRANSACTION savepoint_4;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-8"
-- @p2 = "user-4711"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = "access"
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
-- @p1 = "user-9"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_5;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-10"
-- @p2 = "user-9"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = "access"
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
-- @p1 = "user-11"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_6;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-12"
-- @p2 = "user-11"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = "access"
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
-- @p1 = "user-13"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_7;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-14"
-- @p2 = "user-13"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = "access"
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
-- @p1 = "user-15"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = true (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_8;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-16"
-- @p2 = "user-15"
-- @p3 = "42"
-- @p4 = "github"
-- @p5 = "access"
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
-- @p3 = "user-4711"
-- @p4 = "user-4711"
-- @p5 = "credential"
COMMIT;
-- # Accounts.SetPassword, the first
BEGIN;
UPDATE "accounts" SET "password"=@p1,"updated_at"=@p2 WHERE ("accounts"."user_id" = @p3 AND CAST(CAST("accounts"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."provider_id" = @p5;
-- @p1 = "new hash of secret"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "user-4711"
-- @p4 = "user-4711"
-- @p5 = "credential"
COMMIT;
BEGIN;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "8jmvkAm1mYVMuGuFnom6X5ceVPXN1ijHDm4CgbFOcaU4QsgJY1CtT37YYKz0vyr7"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "credential"
-- @p2 = "user-4711"
-- @p3 = "user-4711"
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = "account-17"
-- @p2 = "user-4711"
-- @p3 = "user-4711"
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
-- @p1 = "user-4711"
-- @p2 = "user-4711"
-- @p3 = "credential"
BEGIN;
UPDATE "accounts" SET "password"=@p1 WHERE ("accounts"."id" = @p2 AND CAST(CAST("accounts"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)))) AND "accounts"."password" = @p4;
-- @p1 = "new hash of secret"
-- @p2 = "user-4711"
-- @p3 = "user-4711"
-- @p4 = "hash of secret"
COMMIT;
-- # Accounts.EncryptTokens
-- # Verifications.Create
BEGIN;
INSERT INTO "verifications" ("id","identifier","value","expires_at","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "verification-18"
-- @p2 = "reset-password:Token"
-- @p3 = "value"
-- @p4 = 2026-11-21T08:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Verifications.Find
SELECT "id", "identifier", "value", "expires_at", "created_at", "updated_at" FROM "verifications" WHERE "identifier" IN (@p1, @p2) AND CAST(CAST("identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "created_at" DESC, "id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
-- # Verifications.Update
SELECT "id", "identifier", "value", "expires_at", "created_at", "updated_at" FROM "verifications" WHERE "identifier" IN (@p1, @p2) AND CAST(CAST("identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "created_at" DESC, "id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
BEGIN;
UPDATE "verifications" SET "updated_at"=@p1,"value"=@p2 WHERE "verifications"."id" = @p3 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 2026-11-21T07:00:00.123Z
-- @p2 = "another"
-- @p3 = "user-4711"
-- @p4 = "user-4711"
SELECT * FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Verifications.Consume
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Verifications.Consume, of three
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
DELETE FROM "verifications" WHERE "verifications"."id" IN (@p1,@p2);
-- @p1 = "user-4711"
-- @p2 = "user-4711"
COMMIT;
-- # Verifications.Consume, nothing
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
COMMIT;
-- # Verifications.Consume, lost
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND CAST(CAST("verifications"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "user-4711"
-- @p2 = "user-4711"
ROLLBACK;
-- # Verifications.Reserve
BEGIN;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "alhO6uyBcYx6ltXlvEolhdlkeuKdahDKmsgVTxuOGlISinXVo68IrYzWvZzQcf8f"
SELECT * FROM "verifications" WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "verifications"."expires_at" > @p5 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
-- @p5 = 2026-11-21T07:00:00.123Z
INSERT INTO "verifications" ("id","identifier","value","expires_at","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "verification-19"
-- @p2 = "reset-password:Token"
-- @p3 = "value"
-- @p4 = 2026-11-21T08:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Verifications.Reserve, taken
BEGIN;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "alhO6uyBcYx6ltXlvEolhdlkeuKdahDKmsgVTxuOGlISinXVo68IrYzWvZzQcf8f"
SELECT * FROM "verifications" WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "verifications"."expires_at" > @p5 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
-- @p5 = 2026-11-21T07:00:00.123Z
ROLLBACK;
-- # Verifications.Delete
BEGIN;
DELETE FROM "verifications" WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
COMMIT;
-- # Verifications.DeleteExpired
SELECT "id" FROM "verifications" WHERE "verifications"."expires_at" <= @p1 ORDER BY "verifications"."expires_at" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 2026-11-21T07:00:00.123Z
BEGIN;
DELETE FROM "verifications" WHERE "verifications"."id" = @p1 AND "verifications"."expires_at" <= @p2;
-- @p1 = "user-4711"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
