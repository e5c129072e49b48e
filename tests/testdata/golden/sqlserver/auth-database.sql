-- # Users.Create
BEGIN;
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = false (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.SignUp
BEGIN;
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = false (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "credential"
-- @p4 = NULL
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "new hash of secret"
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.CreateWithAccount
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
BEGIN;
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = false (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_1;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = NULL
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.FindByID
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 ORDER BY "accounts"."created_at","accounts"."id";
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # Users.FindByEmail
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
-- # Users.UpdateByEmail
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
UPDATE "users" SET "email"=@p1,"name"=@p2,"updated_at"=@p3 WHERE "users"."id" = @p4;
-- @p1 = "ada@l.example"
-- @p2 = "Ada L."
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "users" WHERE "users"."id" = @p1 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Users.Delete
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "badges" WHERE "badges"."account_id" IN (SELECT "id" FROM "accounts" WHERE "accounts"."user_id" = @p1);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "badges" WHERE "badges"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "users" WHERE "users"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Sessions.Create
BEGIN;
INSERT INTO "sessions" ("user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = <id_2>
-- @p3 = 2026-11-28T07:00:00.123Z
-- @p4 = "::1"
-- @p5 = "Go"
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
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
SELECT * FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."expires_at" > @p2 ORDER BY "sessions"."created_at" DESC,"sessions"."id" DESC;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = 2026-11-21T07:00:00.123Z
-- # Sessions.Refresh
BEGIN;
UPDATE "sessions" SET "expires_at"=@p1,"updated_at"=@p2 WHERE "sessions"."id" = @p3 AND "sessions"."expires_at" > @p4 AND "sessions"."expires_at" < @p5;
-- @p1 = 2026-11-28T07:00:00.123Z
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p4 = 2026-11-21T07:00:00.123Z
-- @p5 = 2026-11-21T08:00:00.124Z
SELECT * FROM "sessions" WHERE "sessions"."id" = @p1 AND "sessions"."expires_at" > @p2 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Sessions.Revoke
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."token" = @p1 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "Token"
-- @p2 = "Token"
COMMIT;
-- # Sessions.RevokeByID
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Sessions.RevokeAll
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Sessions.RevokeOthers
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."token" <> @p2;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "Token"
COMMIT;
-- # Sessions.DeleteExpired
SELECT "id" FROM "sessions" WHERE "sessions"."expires_at" <= @p1 ORDER BY "sessions"."expires_at" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 2026-11-21T07:00:00.123Z
BEGIN;
DELETE FROM "sessions" WHERE "sessions"."id" IN (@p1,@p2,@p3) AND "sessions"."expires_at" <= @p4;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
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
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = "access"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
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
DELETE FROM "accounts" WHERE "accounts"."id" = @p1 AND "accounts"."user_id" = @p2;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Accounts.List
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 ORDER BY "accounts"."created_at","accounts"."id";
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # Accounts.SignIn, known
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
BEGIN;
SELECT * FROM "accounts" WHERE "accounts"."id" = @p1 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SAVE TRANSACTION savepoint_3;
UPDATE "accounts" SET "access_token"=@p1,"updated_at"=@p2 WHERE "accounts"."id" = @p3;
-- @p1 = "access"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "accounts" WHERE "accounts"."id" = @p1 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
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
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = "access"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Accounts.SignIn, sign up
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
SELECT "id", "name", "email", "email_verified", "image", "created_at", "updated_at" FROM "users" WHERE "email" = @p1;
-- @p1 = "ada@example.com"
BEGIN;
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = true (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_5;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = "access"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
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
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = true (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_6;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = "access"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
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
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = true (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_7;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = "access"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
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
INSERT INTO "users" ("name","email","email_verified","image","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = true (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_8;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "nqliwesURA8vx6gm6Ab69nTjCCy7AIjo6gO1iljAaSDcwnDXViePMl9ocMFRqkYC"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "github"
-- @p2 = "42"
-- @p3 = "42"
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "42"
-- @p3 = "github"
-- @p4 = "access"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
COMMIT;
SELECT s."id", s."user_id", s."account_id", s."provider_id", s."access_token", s."refresh_token", s."id_token", s."access_token_expires_at", s."refresh_token_expires_at", s."scope", s."password", s."created_at", s."updated_at", u."id", u."name", u."email", u."email_verified", u."image", u."created_at", u."updated_at" FROM "accounts" s INNER JOIN "users" u ON u."id" = s."user_id" WHERE s."provider_id" = @p1 AND s."account_id" = @p2 ORDER BY s."created_at";
-- @p1 = "github"
-- @p2 = "42"
-- # Accounts.SetPassword
BEGIN;
UPDATE "accounts" SET "password"=@p1,"updated_at"=@p2 WHERE "accounts"."user_id" = @p3 AND "accounts"."provider_id" = @p4;
-- @p1 = "new hash of secret"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p4 = "credential"
COMMIT;
-- # Accounts.SetPassword, the first
BEGIN;
UPDATE "accounts" SET "password"=@p1,"updated_at"=@p2 WHERE "accounts"."user_id" = @p3 AND "accounts"."provider_id" = @p4;
-- @p1 = "new hash of secret"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p4 = "credential"
COMMIT;
BEGIN;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID);
-- @p1 = "yXeBmDkzS1E8tNKAqEptbqCzwenmnypU7CRcon5RJl6icOKR5MRTFfL6q1RK8T0f"
SELECT * FROM "accounts" WHERE "accounts"."provider_id" = @p1 AND "accounts"."account_id" = @p2 AND CAST(CAST("accounts"."account_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "credential"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
INSERT INTO "accounts" ("user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "credential"
-- @p4 = NULL
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "new hash of secret"
-- @p11 = 2026-11-21T07:00:00.123Z
-- @p12 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Accounts.VerifyPassword
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1 AND "accounts"."provider_id" = @p2 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "credential"
BEGIN;
UPDATE "accounts" SET "password"=@p1 WHERE "accounts"."id" = @p2 AND "accounts"."password" = @p3;
-- @p1 = "new hash of secret"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "hash of secret"
COMMIT;
-- # Accounts.EncryptTokens
-- # Verifications.Create
BEGIN;
INSERT INTO "verifications" ("identifier","value","expires_at","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = "reset-password:Token"
-- @p2 = "value"
-- @p3 = 2026-11-21T08:00:00.123Z
-- @p4 = 2026-11-21T07:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
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
UPDATE "verifications" SET "updated_at"=@p1,"value"=@p2 WHERE "verifications"."id" = @p3;
-- @p1 = 2026-11-21T07:00:00.123Z
-- @p2 = "another"
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "verifications" WHERE "verifications"."id" = @p1 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Verifications.Consume
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # Verifications.Consume, of three
BEGIN;
SELECT * FROM "verifications" WITH (UPDLOCK, ROWLOCK) WHERE "verifications"."identifier" IN (@p1,@p2) AND CAST(CAST("verifications"."identifier" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)), CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) ORDER BY "verifications"."created_at" DESC,"verifications"."id" DESC;
-- @p1 = <sha256$secret_9>
-- @p2 = "reset-password:Token"
-- @p3 = <sha256$secret_9>
-- @p4 = "reset-password:Token"
DELETE FROM "verifications" WHERE "verifications"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
DELETE FROM "verifications" WHERE "verifications"."id" IN (@p1,@p2);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
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
DELETE FROM "verifications" WHERE "verifications"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
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
INSERT INTO "verifications" ("identifier","value","expires_at","created_at","updated_at") OUTPUT INSERTED."id" VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = "reset-password:Token"
-- @p2 = "value"
-- @p3 = 2026-11-21T08:00:00.123Z
-- @p4 = 2026-11-21T07:00:00.123Z
-- @p5 = 2026-11-21T07:00:00.123Z
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
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
