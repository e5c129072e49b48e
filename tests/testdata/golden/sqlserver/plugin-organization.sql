-- # Create
BEGIN;
INSERT INTO "organization" ("id","name","slug","logo","createdAt","metadata") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_1>
-- @p2 = "Bolt"
-- @p3 = "bolt"
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = NULL
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
INSERT INTO "member" ("id","organizationId","userId","role","createdAt") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_2>
-- @p2 = <id_1>
-- @p3 = "ada"
-- @p4 = "owner"
-- @p5 = 2026-11-21T07:00:00.123Z
INSERT INTO "team" ("id","name","memberCount","organizationId","createdAt","updatedAt") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_3>
-- @p2 = "Bolt"
-- @p3 = 0 (int64)
-- @p4 = <id_1>
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
SELECT * FROM "teamMember" WITH (UPDLOCK, ROWLOCK) WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("teamMember"."userId" = @p3 AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <id_3>
-- @p2 = <id_3>
-- @p3 = "ada"
-- @p4 = "ada"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
INSERT INTO "teamMember" ("id","teamId","userId","membershipKey","createdAt") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_4>
-- @p2 = <id_3>
-- @p3 = "ada"
-- @p4 = <id_5>
-- @p5 = 2026-11-21T07:00:00.123Z
SELECT count(*) FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = <id_3>
-- @p2 = <id_3>
SAVE TRANSACTION savepoint_6;
UPDATE "team" SET "memberCount"=@p1,"updatedAt"=@p2 WHERE "team"."id" = @p3 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 0 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = <id_3>
-- @p4 = <id_3>
SELECT * FROM "team" WHERE "team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = <id_3>
-- @p2 = <id_3>
COMMIT;
-- # Update
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SAVE TRANSACTION savepoint_7;
UPDATE "organization" SET "name"=@p1 WHERE "organization"."id" = @p2 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "Acme Inc"
-- @p2 = "acme"
-- @p3 = "acme"
SELECT * FROM "organization" WHERE "organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
COMMIT;
-- # Members
SELECT "member"."id","member"."organizationId","member"."userId","member"."role","member"."createdAt","User"."id" AS "User__id","User"."name" AS "User__name","User"."email" AS "User__email","User"."image" AS "User__image" FROM "member" LEFT JOIN "user" "User" ON "member"."userId" = "User"."id" WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "member"."createdAt","member"."id" OFFSET 0 ROW FETCH NEXT 50 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- # Membership
SELECT * FROM "member" WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
-- # AddMemberUnchecked
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "bob"
-- @p2 = "bob"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT count(*) FROM "member" WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "bob"
-- @p2 = "bob"
INSERT INTO "member" ("id","organizationId","userId","role","createdAt") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_8>
-- @p2 = "acme"
-- @p3 = "bob"
-- @p4 = "admin"
-- @p5 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # SetRoles
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."id" = @p1 AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "member"
-- @p2 = "member"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) <> CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)) AND CAST("member"."role" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p4 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!') ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "member"
-- @p4 = "%owner%"
SAVE TRANSACTION savepoint_9;
UPDATE "member" SET "role"=@p1 WHERE "member"."id" = @p2 AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "admin"
-- @p2 = "member"
-- @p3 = "member"
SELECT * FROM "member" WHERE "member"."id" = @p1 AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "member"
-- @p2 = "member"
COMMIT;
-- # RemoveMember
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."id" = @p1 AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "member"
-- @p2 = "member"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) <> CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)) AND CAST("member"."role" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p4 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!') ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "member"
-- @p4 = "%owner%"
SELECT * FROM "teamMember" WHERE (("teamMember"."userId" = @p1 AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "teamMember"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "team" WITH (UPDLOCK, ROWLOCK) WHERE (("team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("team"."organizationId" = @p3 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "acme"
-- @p4 = "acme"
SAVE TRANSACTION savepoint_10;
DELETE FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("teamMember"."userId" = @p3 AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = "ada"
SELECT count(*) FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_11;
UPDATE "team" SET "memberCount"=@p1,"updatedAt"=@p2 WHERE "team"."id" = @p3 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 1 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
SELECT * FROM "team" WHERE "team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_12;
UPDATE "session" SET "activeTeamId"=@p1,"updatedAt"=@p2 WHERE (("session"."activeTeamId" = @p3 AND CAST(CAST("session"."activeTeamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND ("session"."userId" IN (@p5) AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p7);
-- @p1 = NULL
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
-- @p5 = "ada"
-- @p6 = "ada"
-- @p7 = 2026-11-21T07:00:00.123Z
SAVE TRANSACTION savepoint_13;
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."id" = @p1 AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "member"
-- @p2 = "member"
DELETE FROM "member" WHERE "member"."id" = @p1 AND CAST(CAST("member"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "member"
-- @p2 = "member"
SAVE TRANSACTION savepoint_14;
UPDATE "session" SET "activeOrganizationId"=@p1,"activeTeamId"=@p2,"updatedAt"=@p3 WHERE (("session"."activeOrganizationId" = @p4 AND CAST(CAST("session"."activeOrganizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max))) AND ("session"."userId" IN (@p6) AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p7 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p8);
-- @p1 = NULL
-- @p2 = NULL
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "acme"
-- @p5 = "acme"
-- @p6 = "ada"
-- @p7 = "ada"
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Leave, which nobody may who is none
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
ROLLBACK;
-- # InviteUnchecked
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT "id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "banExpires", "banReason", "banned", "role", "twoFactorEnabled", "displayUsername", "username" FROM "user" WHERE "email" = @p1;
-- @p1 = "bob@example.com"
SELECT * FROM "invitation" WITH (UPDLOCK, ROWLOCK) WHERE (("invitation"."organizationId" = @p1 AND CAST(CAST("invitation"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."status" = @p3 AND CAST(CAST("invitation"."status" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "invitation"."expiresAt" > @p5 AND ("invitation"."email" = @p6 AND CAST(CAST("invitation"."email" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p7 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "pending"
-- @p4 = "pending"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = "bob@example.com"
-- @p7 = "bob@example.com"
SELECT count(*) FROM "invitation" WHERE (("invitation"."organizationId" = @p1 AND CAST(CAST("invitation"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."status" = @p3 AND CAST(CAST("invitation"."status" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "invitation"."expiresAt" > @p5);
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "pending"
-- @p4 = "pending"
-- @p5 = 2026-11-21T07:00:00.123Z
SELECT * FROM "team" WITH (UPDLOCK, ROWLOCK) WHERE (("team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("team"."organizationId" = @p3 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "acme"
-- @p4 = "acme"
INSERT INTO "invitation" ("id","organizationId","email","role","status","expiresAt","createdAt","inviterId","teamId") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9);
-- @p1 = <id_15>
-- @p2 = "acme"
-- @p3 = "bob@example.com"
-- @p4 = "member"
-- @p5 = "pending"
-- @p6 = 2026-11-23T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = "ada"
-- @p9 = "team"
COMMIT;
-- # Accept
SELECT * FROM "invitation" WHERE (("invitation"."id" = @p1 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "invitation"
-- @p2 = "invitation"
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT "id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "banExpires", "banReason", "banned", "role", "twoFactorEnabled", "displayUsername", "username" FROM "user" WHERE "id" = @p1;
-- @p1 = "ada"
SAVE TRANSACTION savepoint_16;
SELECT * FROM "invitation" WITH (UPDLOCK, ROWLOCK) WHERE (("invitation"."id" = @p1 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."organizationId" = @p3 AND CAST(CAST("invitation"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."status" = @p5 AND CAST(CAST("invitation"."status" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max))) AND "invitation"."expiresAt" > @p7) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "invitation"
-- @p2 = "invitation"
-- @p3 = "acme"
-- @p4 = "acme"
-- @p5 = "pending"
-- @p6 = "pending"
-- @p7 = 2026-11-21T07:00:00.123Z
UPDATE "invitation" SET "status"=@p1 WHERE (("invitation"."id" = @p2 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "accepted"
-- @p2 = "invitation"
-- @p3 = "invitation"
SELECT * FROM "invitation" WHERE "invitation"."id" = @p1 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "invitation"
-- @p2 = "invitation"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT count(*) FROM "member" WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
INSERT INTO "member" ("id","organizationId","userId","role","createdAt") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_17>
-- @p2 = "acme"
-- @p3 = "ada"
-- @p4 = "member"
-- @p5 = 2026-11-21T07:00:00.123Z
SELECT * FROM "team" WITH (UPDLOCK, ROWLOCK) WHERE (("team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("team"."organizationId" = @p3 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "teamMember" WITH (UPDLOCK, ROWLOCK) WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("teamMember"."userId" = @p3 AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = "ada"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
INSERT INTO "teamMember" ("id","teamId","userId","membershipKey","createdAt") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_18>
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = <id_19>
-- @p5 = 2026-11-21T07:00:00.123Z
SELECT count(*) FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_20;
UPDATE "team" SET "memberCount"=@p1,"updatedAt"=@p2 WHERE "team"."id" = @p3 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 0 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
SELECT * FROM "team" WHERE "team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
COMMIT;
-- # CancelInvitation
SELECT * FROM "invitation" WHERE (("invitation"."id" = @p1 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "invitation"
-- @p2 = "invitation"
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SAVE TRANSACTION savepoint_21;
SELECT * FROM "invitation" WITH (UPDLOCK, ROWLOCK) WHERE (("invitation"."id" = @p1 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."organizationId" = @p3 AND CAST(CAST("invitation"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."status" = @p5 AND CAST(CAST("invitation"."status" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max))) AND "invitation"."expiresAt" > @p7) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "invitation"
-- @p2 = "invitation"
-- @p3 = "acme"
-- @p4 = "acme"
-- @p5 = "pending"
-- @p6 = "pending"
-- @p7 = 2026-11-21T07:00:00.123Z
UPDATE "invitation" SET "status"=@p1 WHERE (("invitation"."id" = @p2 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "canceled"
-- @p2 = "invitation"
-- @p3 = "invitation"
SELECT * FROM "invitation" WHERE "invitation"."id" = @p1 AND CAST(CAST("invitation"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "invitation"
-- @p2 = "invitation"
COMMIT;
-- # Invitations
SELECT * FROM "invitation" WHERE (("invitation"."organizationId" = @p1 AND CAST(CAST("invitation"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("invitation"."status" = @p3 AND CAST(CAST("invitation"."status" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND "invitation"."expiresAt" > @p5) ORDER BY "invitation"."expiresAt","invitation"."id" OFFSET 0 ROW FETCH NEXT 1000 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "pending"
-- @p4 = "pending"
-- @p5 = 2026-11-21T07:00:00.123Z
-- # SetActive
BEGIN;
SELECT s."id", s."userId", s."token", s."expiresAt", s."ipAddress", s."userAgent", s."createdAt", s."updatedAt", s."impersonatedBy", s."activeOrganizationId", s."activeTeamId", u."id", u."name", u."email", u."emailVerified", u."image", u."createdAt", u."updatedAt", u."banExpires", u."banReason", u."banned", u."role", u."twoFactorEnabled", u."displayUsername", u."username" FROM "session" s INNER JOIN "user" u ON u."id" = s."userId" WHERE s."token" = @p1;
-- @p1 = "Token"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT s."id", s."userId", s."token", s."expiresAt", s."ipAddress", s."userAgent", s."createdAt", s."updatedAt", s."impersonatedBy", s."activeOrganizationId", s."activeTeamId", u."id", u."name", u."email", u."emailVerified", u."image", u."createdAt", u."updatedAt", u."banExpires", u."banReason", u."banned", u."role", u."twoFactorEnabled", u."displayUsername", u."username" FROM "session" s INNER JOIN "user" u ON u."id" = s."userId" WHERE s."token" = @p1;
-- @p1 = "Token"
SAVE TRANSACTION savepoint_22;
UPDATE "session" SET "activeOrganizationId"=@p1,"activeTeamId"=@p2,"updatedAt"=@p3 WHERE ("session"."id" = @p4 AND CAST(CAST("session"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p6;
-- @p1 = "acme"
-- @p2 = NULL
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "session"
-- @p5 = "session"
-- @p6 = 2026-11-21T07:00:00.123Z
SELECT * FROM "session" WHERE ("session"."id" = @p1 AND CAST(CAST("session"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p3 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "session"
-- @p2 = "session"
-- @p3 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # CreateTeam
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
INSERT INTO "team" ("id","name","memberCount","organizationId","createdAt","updatedAt") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_23>
-- @p2 = "Sales"
-- @p3 = 0 (int64)
-- @p4 = "acme"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # AddTeamMember
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "team" WITH (UPDLOCK, ROWLOCK) WHERE (("team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("team"."organizationId" = @p3 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "teamMember" WITH (UPDLOCK, ROWLOCK) WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("teamMember"."userId" = @p3 AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = "ada"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" = @p1 AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
INSERT INTO "teamMember" ("id","teamId","userId","membershipKey","createdAt") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_24>
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = <id_19>
-- @p5 = 2026-11-21T07:00:00.123Z
SELECT count(*) FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_25;
UPDATE "team" SET "memberCount"=@p1,"updatedAt"=@p2 WHERE "team"."id" = @p3 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 0 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
SELECT * FROM "team" WHERE "team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
COMMIT;
-- # RemoveTeamMember
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "team" WITH (UPDLOCK, ROWLOCK) WHERE (("team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("team"."organizationId" = @p3 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "acme"
-- @p4 = "acme"
SAVE TRANSACTION savepoint_26;
DELETE FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("teamMember"."userId" = @p3 AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = "ada"
SELECT count(*) FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_27;
UPDATE "team" SET "memberCount"=@p1,"updatedAt"=@p2 WHERE "team"."id" = @p3 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 1 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
SELECT * FROM "team" WHERE "team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_28;
UPDATE "session" SET "activeTeamId"=@p1,"updatedAt"=@p2 WHERE (("session"."activeTeamId" = @p3 AND CAST(CAST("session"."activeTeamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))) AND ("session"."userId" IN (@p5) AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p7);
-- @p1 = NULL
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
-- @p5 = "ada"
-- @p6 = "ada"
-- @p7 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # RemoveTeam, the last one
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "team" WITH (UPDLOCK, ROWLOCK) WHERE (("team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("team"."organizationId" = @p3 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT count(*) FROM "team" WHERE (("team"."organizationId" = @p1 AND CAST(CAST("team"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "acme"
-- @p2 = "acme"
ROLLBACK;
-- # CreateRole
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" = @p3 AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "seller"
-- @p4 = "seller"
INSERT INTO "organizationRole" ("id","organizationId","role","permission","createdAt","updatedAt") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = <id_29>
-- @p2 = "acme"
-- @p3 = "seller"
-- @p4 = "{\"invitation\":[\"create\"]}"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Delete
BEGIN;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" = @p1 AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("member"."organizationId" = @p3 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
-- @p3 = "acme"
-- @p4 = "acme"
SELECT * FROM "organizationRole" WITH (UPDLOCK, ROWLOCK) WHERE (("organizationRole"."organizationId" = @p1 AND CAST(CAST("organizationRole"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("organizationRole"."role" IN (@p3) AND CAST(CAST("organizationRole"."role" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "organizationRole"."id" OFFSET 0 ROW FETCH NEXT 2 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "owner"
-- @p4 = "owner"
SELECT * FROM "member" WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SAVE TRANSACTION savepoint_30;
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
DELETE FROM "member" WHERE "member"."organizationId" = @p1;
-- @p1 = "acme"
DELETE FROM "teamMember" WHERE "teamMember"."teamId" IN (SELECT "id" FROM "team" WHERE "team"."organizationId" = @p1);
-- @p1 = "acme"
DELETE FROM "team" WHERE "team"."organizationId" = @p1;
-- @p1 = "acme"
DELETE FROM "organizationRole" WHERE "organizationRole"."organizationId" = @p1;
-- @p1 = "acme"
DELETE FROM "invitation" WHERE "invitation"."organizationId" = @p1;
-- @p1 = "acme"
DELETE FROM "organization" WHERE "organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = "acme"
-- @p2 = "acme"
SAVE TRANSACTION savepoint_31;
UPDATE "session" SET "activeOrganizationId"=@p1,"activeTeamId"=@p2,"updatedAt"=@p3 WHERE (("session"."activeOrganizationId" = @p4 AND CAST(CAST("session"."activeOrganizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max))) AND ("session"."userId" IN (@p6) AND CAST(CAST("session"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p7 AS nvarchar(max)) AS varbinary(max)))) AND "session"."expiresAt" > @p8);
-- @p1 = NULL
-- @p2 = NULL
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "acme"
-- @p5 = "acme"
-- @p6 = "ada"
-- @p7 = "ada"
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # Users.Delete
BEGIN;
SELECT * FROM "member" WHERE (("member"."userId" IN (@p1) AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "teamMember" WHERE (("teamMember"."userId" IN (@p1) AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "teamMember"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "team" WHERE (("team"."id" IN (@p1) AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "team"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
SELECT * FROM "organization" WITH (UPDLOCK, ROWLOCK) WHERE (("organization"."id" = @p1 AND CAST(CAST("organization"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
SELECT * FROM "user" WITH (UPDLOCK, ROWLOCK) WHERE (("user"."id" IN (@p1) AND CAST(CAST("user"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "user"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."userId" IN (@p1) AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "teamMember" WITH (UPDLOCK, ROWLOCK) WHERE (("teamMember"."userId" IN (@p1) AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "teamMember"."id" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = "ada"
-- @p2 = "ada"
SELECT * FROM "team" WHERE (("team"."id" IN (@p1) AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))))) ORDER BY "team"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
SELECT * FROM "member" WITH (UPDLOCK, ROWLOCK) WHERE (("member"."organizationId" = @p1 AND CAST(CAST("member"."organizationId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND CAST(CAST("member"."userId" AS nvarchar(max)) AS varbinary(max)) NOT IN (CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max))) AND CAST("member"."role" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p4 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!') ORDER BY "member"."id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "acme"
-- @p2 = "acme"
-- @p3 = "ada"
-- @p4 = "%owner%"
SAVE TRANSACTION savepoint_32;
DELETE FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND ("teamMember"."userId" IN (@p3) AND CAST(CAST("teamMember"."userId" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)))));
-- @p1 = "team"
-- @p2 = "team"
-- @p3 = "ada"
-- @p4 = "ada"
SELECT count(*) FROM "teamMember" WHERE (("teamMember"."teamId" = @p1 AND CAST(CAST("teamMember"."teamId" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "team"
-- @p2 = "team"
SAVE TRANSACTION savepoint_33;
UPDATE "team" SET "memberCount"=@p1,"updatedAt"=@p2 WHERE "team"."id" = @p3 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max)));
-- @p1 = 1 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "team"
-- @p4 = "team"
SELECT * FROM "team" WHERE "team"."id" = @p1 AND CAST(CAST("team"."id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "team"
-- @p2 = "team"
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
SAVE TRANSACTION authplugin_1;
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
