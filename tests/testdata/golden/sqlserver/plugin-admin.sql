-- # Create
BEGIN;
SAVE TRANSACTION authplugin_1;
INSERT INTO "user" ("id","name","email","emailVerified","image","createdAt","updatedAt","banExpires","banReason","banned","role","twoFactorEnabled","displayUsername","username") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13,@p14);
-- @p1 = <id_1>
-- @p2 = "Bob"
-- @p3 = "bob@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = false (bool)
-- @p11 = "admin,user"
-- @p12 = false (bool)
-- @p13 = NULL
-- @p14 = NULL
INSERT INTO "account" ("id","userId","accountId","providerId","accessToken","refreshToken","idToken","accessTokenExpiresAt","refreshTokenExpiresAt","scope","password","createdAt","updatedAt") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_2>
-- @p2 = <id_1>
-- @p3 = <id_1>
-- @p4 = "credential"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = "new hash of a secret password"
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # SetRole
BEGIN;
SAVE TRANSACTION authplugin_2;
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
UPDATE "user" SET "role"=@p1,"updatedAt"=@p2 WHERE ("user"."id" = @p3 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "user"."id" = @p5;
-- @p1 = "user"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "ada"
-- @p4 = "ada"
-- @p5 = "ada"
SELECT * FROM "session" WHERE (("session"."impersonatedBy" = @p1 AND CAST(CAST("session"."impersonatedBy" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND "session"."expiresAt" > @p3) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = 2026-11-21T07:00:00.123Z
DELETE FROM "session" WHERE "session"."id" = @p1 AND CAST(CAST("session"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "session"
-- @p2 = "session"
SELECT * FROM "user" WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
COMMIT;
-- # SetPassword
BEGIN;
UPDATE "account" SET "password"=@p1,"updatedAt"=@p2 WHERE ("account"."userId" = @p3 AND CAST(CAST("account"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) AND "account"."providerId" = @p5;
-- @p1 = "new hash of a secret password"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "ada"
-- @p4 = "ada"
-- @p5 = "credential"
COMMIT;
BEGIN;
DELETE FROM "session" WHERE "session"."userId" = @p1 AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "ada"
-- @p2 = "ada"
COMMIT;
-- # Ban
BEGIN;
SAVE TRANSACTION authplugin_3;
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
UPDATE "user" SET "banExpires"=@p1,"banReason"=@p2,"banned"=@p3,"updatedAt"=@p4 WHERE ("user"."id" = @p5 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max)))) AND "user"."id" = @p7;
-- @p1 = 2026-11-21T08:00:00.123Z
-- @p2 = "spam"
-- @p3 = true (bool)
-- @p4 = 2026-11-21T07:00:00.123Z
-- @p5 = "ada"
-- @p6 = "ada"
-- @p7 = "ada"
DELETE FROM "session" WHERE "session"."userId" = @p1 AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "session" WHERE (("session"."impersonatedBy" = @p1 AND CAST(CAST("session"."impersonatedBy" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND "session"."expiresAt" > @p3) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = 2026-11-21T07:00:00.123Z
DELETE FROM "session" WHERE "session"."id" = @p1 AND CAST(CAST("session"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "session"
-- @p2 = "session"
SELECT * FROM "user" WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
COMMIT;
-- # Unban
BEGIN;
SAVE TRANSACTION authplugin_4;
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
UPDATE "user" SET "banExpires"=@p1,"banReason"=@p2,"banned"=@p3,"updatedAt"=@p4 WHERE ("user"."id" = @p5 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max)))) AND "user"."id" = @p7;
-- @p1 = NULL
-- @p2 = NULL
-- @p3 = false (bool)
-- @p4 = 2026-11-21T07:00:00.123Z
-- @p5 = "ada"
-- @p6 = "ada"
-- @p7 = "ada"
SELECT * FROM "user" WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
COMMIT;
-- # List
SELECT * FROM "user" WHERE ("user"."banned" = @p1 AND LOWER(CAST("user"."email" AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 LIKE LOWER(CAST(@p2 AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 ESCAPE '!') ORDER BY "user"."createdAt" DESC,"user"."id" OFFSET 0 ROW FETCH NEXT 51 ROWS ONLY;
-- @p1 = false (bool)
-- @p2 = "%a%"
SELECT count(*) FROM "user" WHERE ("user"."banned" = @p1 AND LOWER(CAST("user"."email" AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 LIKE LOWER(CAST(@p2 AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 ESCAPE '!');
-- @p1 = false (bool)
-- @p2 = "%a%"
-- # Sessions
SELECT * FROM "session" WHERE ("session"."userId" = @p1 AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p3 ORDER BY "session"."createdAt" DESC,"session"."id" DESC;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = 2026-11-21T07:00:00.123Z
-- # RevokeSession
BEGIN;
DELETE FROM "session" WHERE "session"."id" = @p1 AND CAST(CAST("session"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "session"
-- @p2 = "session"
COMMIT;
-- # RevokeSessions
BEGIN;
DELETE FROM "session" WHERE "session"."userId" = @p1 AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "ada"
-- @p2 = "ada"
COMMIT;
-- # Delete
BEGIN;
SELECT * FROM "member" WHERE (("member"."userId" IN (@p1) AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "teamMember" WHERE (("teamMember"."userId" IN (@p1) AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "teamMember"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" IN (@p1) AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" IN (@p1) AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "teamMember" WITH (UPDLOCK, ROWLOCK) WHERE (("teamMember"."userId" IN (@p1) AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "teamMember"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
DELETE FROM "session" WHERE "session"."userId" = @p1;
-- @p1 = "ada"
DELETE FROM "account" WHERE "account"."userId" = @p1;
-- @p1 = "ada"
DELETE FROM "member" WHERE "member"."userId" = @p1;
-- @p1 = "ada"
DELETE FROM "teamMember" WHERE "teamMember"."userId" = @p1;
-- @p1 = "ada"
DELETE FROM "invitation" WHERE "invitation"."inviterId" = @p1;
-- @p1 = "ada"
DELETE FROM "passkey" WHERE "passkey"."userId" = @p1;
-- @p1 = "ada"
DELETE FROM "twoFactor" WHERE "twoFactor"."userId" = @p1;
-- @p1 = "ada"
SAVE TRANSACTION authplugin_5;
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
DELETE FROM "user" WHERE ("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "user"."id" = @p3;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "ada"
SELECT * FROM "session" WHERE (("session"."impersonatedBy" = @p1 AND CAST(CAST("session"."impersonatedBy" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND "session"."expiresAt" > @p3) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = 2026-11-21T07:00:00.123Z
DELETE FROM "session" WHERE "session"."id" = @p1 AND CAST(CAST("session"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "session"
-- @p2 = "session"
COMMIT;
-- # Sessions.Create
BEGIN;
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT "id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "banExpires", "banReason", "banned", "role", "twoFactorEnabled", "displayUsername", "username" FROM "user" WHERE "id" = @p1;
-- @p1 = "ada"
INSERT INTO "session" ("id","userId","token","expiresAt","ipAddress","userAgent","createdAt","updatedAt","impersonatedBy","activeOrganizationId","activeTeamId") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11);
-- @p1 = <id_3>
-- @p2 = "ada"
-- @p3 = <id_4>
-- @p4 = 2026-11-28T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = NULL
COMMIT;
-- # Sessions.Find
SELECT s."id", s."userId", s."token", s."expiresAt", s."ipAddress", s."userAgent", s."createdAt", s."updatedAt", s."impersonatedBy", s."activeOrganizationId", s."activeTeamId", u."id", u."name", u."email", u."emailVerified", u."image", u."createdAt", u."updatedAt", u."banExpires", u."banReason", u."banned", u."role", u."twoFactorEnabled", u."displayUsername", u."username" FROM "session" s INNER JOIN "user" u ON u."id" = s."userId" WHERE s."token" = @p1;
-- @p1 = "Token"
