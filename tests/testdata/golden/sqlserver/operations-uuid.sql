-- # create one
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11);
-- @p1 = <id_1>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
COMMIT;
-- # create with an id
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
COMMIT;
-- # create with every field
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11);
-- @p1 = <id_2>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 36 (int64)
-- @p9 = 2026-11-21T07:00:00.123Z
-- @p10 = "admin"
-- @p11 = "{\"theme\":\"dark\"}"
COMMIT;
-- # create a batch
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11),(@p12,@p13,@p14,@p15,@p16,@p17,@p18,@p19,@p20,@p21,@p22);
-- @p1 = <id_3>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
-- @p12 = <id_4>
-- @p13 = "Ada"
-- @p14 = "ada@example.com"
-- @p15 = false (bool)
-- @p16 = NULL
-- @p17 = 2026-11-21T07:00:00.123Z
-- @p18 = 2026-11-21T07:00:00.123Z
-- @p19 = NULL
-- @p20 = NULL
-- @p21 = "user"
-- @p22 = NULL
COMMIT;
-- # create from a map
BEGIN;
INSERT INTO "users" ("age","created_at","email","email_verified","id","name","role","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8);
-- @p1 = 36 (int64)
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = <id_5>
-- @p6 = "Ada"
-- @p7 = "user"
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # create a session
BEGIN;
INSERT INTO "sessions" ("id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8);
-- @p1 = <id_6>
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "token"
-- @p4 = 2026-11-21T07:00:00.123Z
-- @p5 = ""
-- @p6 = ""
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # create an account
BEGIN;
INSERT INTO "accounts" ("id","user_id","account_id","provider_id","access_token","refresh_token","id_token","access_token_expires_at","refresh_token_expires_at","scope","password","created_at","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11,@p12,@p13);
-- @p1 = <id_7>
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p3 = "1"
-- @p4 = "credential"
-- @p5 = NULL
-- @p6 = NULL
-- @p7 = NULL
-- @p8 = 2026-11-21T07:00:00.123Z
-- @p9 = NULL
-- @p10 = NULL
-- @p11 = "hash"
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # upsert all
BEGIN;
MERGE INTO "users" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11)) AS excluded ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") ON "users"."id" = "excluded"."id" WHEN MATCHED THEN UPDATE SET "name"="excluded"."name","email"="excluded"."email","email_verified"="excluded"."email_verified","image"="excluded"."image","updated_at"="excluded"."updated_at" WHEN NOT MATCHED THEN INSERT ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES ("excluded"."id","excluded"."name","excluded"."email","excluded"."email_verified","excluded"."image","excluded"."created_at","excluded"."updated_at","excluded"."age","excluded"."born_at","excluded"."role","excluded"."settings");
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
COMMIT;
-- # upsert some
BEGIN;
MERGE INTO "users" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11)) AS excluded ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") ON "users"."id" = "excluded"."id" WHEN MATCHED THEN UPDATE SET "name"="excluded"."name","age"="excluded"."age" WHEN NOT MATCHED THEN INSERT ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES ("excluded"."id","excluded"."name","excluded"."email","excluded"."email_verified","excluded"."image","excluded"."created_at","excluded"."updated_at","excluded"."age","excluded"."born_at","excluded"."role","excluded"."settings");
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
COMMIT;
-- # upsert nothing
BEGIN;
MERGE INTO "users" USING (VALUES(@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11)) AS excluded ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") ON "users"."id" = "excluded"."id" WHEN NOT MATCHED THEN INSERT ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES ("excluded"."id","excluded"."name","excluded"."email","excluded"."email_verified","excluded"."image","excluded"."created_at","excluded"."updated_at","excluded"."age","excluded"."born_at","excluded"."role","excluded"."settings");
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
COMMIT;
-- # first by id
SELECT * FROM "users" WHERE "users"."id" = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # first by an id in upper case
SELECT * FROM "users" WHERE "users"."id" = @p1 ORDER BY "users"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # find by an id that is none
SELECT * FROM "users" WHERE "users"."id" IN (NULL);
-- # find by ids
SELECT * FROM "users" WHERE "users"."id" IN (@p1,@p2);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # where struct
SELECT * FROM "sessions" WHERE "sessions"."user_id" = @p1 AND "sessions"."token" = @p2 AND "sessions"."expires_at" = @p3;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "token"
-- @p3 = 2026-11-21T07:00:00.123Z
-- # where map
SELECT * FROM "sessions" WHERE "sessions"."expires_at" = @p1 AND "sessions"."token" IN (@p2,@p3) AND "sessions"."user_id" = @p4;
-- @p1 = 2026-11-21T07:00:00.123Z
-- @p2 = "a"
-- @p3 = "b"
-- @p4 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # where SQL
SELECT * FROM "sessions" WHERE (user_id = @p1 AND expires_at > @p2) OR token LIKE @p3 AND "ip_address" <> @p4;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "t%"
-- @p4 = "::1"
-- # order, limit, offset
SELECT * FROM "users" ORDER BY role desc OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY;
-- # take
SELECT * FROM "users" WHERE age > @p1 ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = 30 (int64)
-- # joins
SELECT "sessions"."id","sessions"."user_id","sessions"."token","sessions"."expires_at","sessions"."ip_address","sessions"."user_agent","sessions"."created_at","sessions"."updated_at","User"."id" AS "User__id","User"."name" AS "User__name","User"."email" AS "User__email","User"."email_verified" AS "User__email_verified","User"."image" AS "User__image","User"."created_at" AS "User__created_at","User"."updated_at" AS "User__updated_at","User"."age" AS "User__age","User"."born_at" AS "User__born_at","User"."role" AS "User__role","User"."settings" AS "User__settings" FROM "sessions" LEFT JOIN "users" "User" ON "sessions"."user_id" = "User"."id" WHERE "sessions"."token" = @p1;
-- @p1 = "token"
-- # preload belongs to
SELECT * FROM "sessions" WHERE token = @p1 ORDER BY "sessions"."id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "token"
SELECT * FROM "users" WHERE "users"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # preload has many
SELECT * FROM "users";
SELECT * FROM "accounts" WHERE "accounts"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
SELECT * FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # count
SELECT count(*) FROM "users" WHERE role = @p1;
-- @p1 = "admin"
-- # pluck
SELECT "user_id" FROM "sessions" WHERE "sessions"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- # distinct, group, having
SELECT role, COUNT(*) AS n FROM "users" GROUP BY "role" HAVING COUNT(*) > @p1;
-- @p1 = 1 (int64)
-- # update one column
BEGIN;
UPDATE "users" SET "role"=@p1,"updated_at"=@p2 WHERE "id" = @p3;
-- @p1 = "admin"
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # updates by map
BEGIN;
UPDATE "users" SET "age"=@p1,"born_at"=@p2,"email_verified"=@p3,"name"=UPPER(name),"settings"=@p4,"updated_at"=@p5 WHERE "id" = @p6;
-- @p1 = NULL
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = true (bool)
-- @p4 = "[1,\"two\"]"
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # updates by struct
BEGIN;
UPDATE "users" SET "name"=@p1,"updated_at"=@p2,"age"=@p3 WHERE "id" = @p4;
-- @p1 = "Ada L."
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = 37 (int64)
-- @p4 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # updates where
BEGIN;
UPDATE "sessions" SET "expires_at"=@p1,"updated_at"=@p2 WHERE "sessions"."user_id" = @p3;
-- @p1 = 2026-11-21T07:00:00.123Z
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # update column without hooks
BEGIN;
UPDATE "users" SET "name"=@p1 WHERE "id" = @p2;
-- @p1 = "Ada"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # save
BEGIN;
UPDATE "users" SET "name"=@p1,"email"=@p2,"email_verified"=@p3,"image"=@p4,"created_at"=@p5,"updated_at"=@p6,"role"=@p7 WHERE "id" = @p8;
-- @p1 = "Ada"
-- @p2 = "ada@example.com"
-- @p3 = false (bool)
-- @p4 = NULL
-- @p5 = 2026-11-21T07:00:00.123Z
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = "user"
-- @p8 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # delete by id
BEGIN;
DELETE FROM "users" WHERE "users"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # delete a struct
BEGIN;
DELETE FROM "users" WHERE "users"."id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # delete where
BEGIN;
DELETE FROM "sessions" WHERE expires_at < @p1;
-- @p1 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # delete returning
BEGIN;
DELETE FROM "sessions" OUTPUT DELETED.* WHERE "sessions"."user_id" = @p1;
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
COMMIT;
-- # transaction with savepoints
BEGIN;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11);
-- @p1 = <id_8>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
SAVE TRANSACTION savepoint_9;
INSERT INTO "users" ("id","name","email","email_verified","image","created_at","updated_at","age","born_at","role","settings") VALUES (@p1,@p2,@p3,@p4,@p5,@p6,@p7,@p8,@p9,@p10,@p11);
-- @p1 = <id_10>
-- @p2 = "Ada"
-- @p3 = "ada@example.com"
-- @p4 = false (bool)
-- @p5 = NULL
-- @p6 = 2026-11-21T07:00:00.123Z
-- @p7 = 2026-11-21T07:00:00.123Z
-- @p8 = NULL
-- @p9 = NULL
-- @p10 = "user"
-- @p11 = NULL
ROLLBACK TRANSACTION savepoint_9;
UPDATE "users" SET "name"=@p1,"updated_at"=@p2 WHERE "id" = @p3;
-- @p1 = "Ada L."
-- @p2 = 2026-11-21T07:00:00.123Z
-- @p3 = <id_8>
COMMIT;
-- # create table of the application
CREATE TABLE "posts" ("id" bigint IDENTITY(1,1),"user_id" uniqueidentifier,"editor_id" uniqueidentifier,"title" nvarchar(MAX),PRIMARY KEY ("id"),CONSTRAINT "fk_posts_editor" FOREIGN KEY ("editor_id") REFERENCES "users"("id"),CONSTRAINT "fk_posts_user" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
-- # application's foreign key
SELECT * FROM "posts" WHERE "posts"."user_id" = @p1 AND editor_id IN (@p2);
-- @p1 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
-- @p2 = "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
