-- # Users.Create
BEGIN;
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
-- @p11 = "user"
-- @p12 = false (bool)
-- @p13 = "Bob"
-- @p14 = "bob"
COMMIT;
-- # FindByUsername
SELECT * FROM "user" WHERE (("user"."username" = @p1 AND CAST(CAST("user"."username" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- # IsAvailable
SELECT count(*) FROM "user" WHERE (("user"."username" = @p1 AND CAST(CAST("user"."username" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "bob"
-- @p2 = "bob"
-- # Set
BEGIN;
SAVE TRANSACTION savepoint_2;
SAVE TRANSACTION authplugin_1;
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
UPDATE "user" SET "displayUsername"=@p1,"updatedAt"=@p2,"username"=@p3 WHERE ("user"."id" = @p4 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max)))) AND "user"."id" = @p6;
-- @p1 = "Ada_2"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "ada_2"
-- @p4 = "ada"
-- @p5 = "ada"
-- @p6 = "ada"
SELECT * FROM "user" WHERE "user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
COMMIT;
-- # SignIn
SELECT * FROM "user" WHERE (("user"."username" = @p1 AND CAST(CAST("user"."username" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "account" WHERE ("account"."userId" = @p1 AND CAST(CAST("account"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "account"."providerId" = @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "credential"
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
