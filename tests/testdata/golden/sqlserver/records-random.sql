-- # create
BEGIN;
INSERT INTO "users" ("created_at","email","email_verified","full_name","id","updated_at") VALUES (@p1,@p2,@p3,@p4,@p5,@p6);
-- @p1 = 2026-11-21T07:00:00.123Z
-- @p2 = "ada@example.com"
-- @p3 = false (bool)
-- @p4 = "Ada"
-- @p5 = "my-own-id"
-- @p6 = 2026-11-21T07:00:00.123Z
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # find by every operator
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WHERE (("users"."email" = @p1 AND CAST(CAST("users"."email" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND CAST(CAST("users"."full_name" AS nvarchar(max)) AS varbinary(max)) <> CAST(CAST(@p3 AS nvarchar(max)) AS varbinary(max)) AND ("users"."nick" IN (@p4,@p5) AND CAST(CAST("users"."nick" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max)),CAST(CAST(@p7 AS nvarchar(max)) AS varbinary(max)))) AND CAST(CAST("users"."nick" AS nvarchar(max)) AS varbinary(max)) NOT IN (CAST(CAST(@p8 AS nvarchar(max)) AS varbinary(max))) AND "users"."age" > @p9 AND "users"."age" >= @p10 AND "users"."age" < @p11 AND "users"."born" <= @p12 AND "users"."vip" = @p13 AND "users"."nick" IS NULL AND "users"."nick" IS NOT NULL AND 1 = 0 AND (CAST("users"."full_name" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p14 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!' OR ("users"."full_name" LIKE @p15 ESCAPE '!' AND CAST("users"."full_name" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p16 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!') OR CAST("users"."full_name" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p17 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!')) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "ada@example.com"
-- @p2 = "ada@example.com"
-- @p3 = "Bob"
-- @p4 = "a"
-- @p5 = "b"
-- @p6 = "a"
-- @p7 = "b"
-- @p8 = "c"
-- @p9 = 1 (int64)
-- @p10 = 2 (int64)
-- @p11 = 9 (int64)
-- @p12 = 2026-11-21T07:00:00.123Z
-- @p13 = true (bool)
-- @p14 = "%50!%!_![x]!!%"
-- @p15 = "A%"
-- @p16 = "A%"
-- @p17 = "%a"
-- # find without regard to case
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WHERE (CAST(LOWER(CAST("users"."nick" AS nvarchar(max))) AS varbinary(max)) = CAST(LOWER(CAST(@p1 AS nvarchar(max))) AS varbinary(max)) AND CAST(LOWER(CAST("users"."nick" AS nvarchar(max))) AS varbinary(max)) <> CAST(LOWER(CAST(@p2 AS nvarchar(max))) AS varbinary(max)) AND CAST(LOWER(CAST("users"."nick" AS nvarchar(max))) AS varbinary(max)) IN (CAST(LOWER(CAST(@p3 AS nvarchar(max))) AS varbinary(max))) AND CAST(LOWER(CAST("users"."nick" AS nvarchar(max))) AS varbinary(max)) NOT IN (CAST(LOWER(CAST(@p4 AS nvarchar(max))) AS varbinary(max))) AND LOWER(CAST("users"."full_name" AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 LIKE LOWER(CAST(@p5 AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 ESCAPE '!' AND LOWER(CAST("users"."full_name" AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 LIKE LOWER(CAST(@p6 AS nvarchar(max))) COLLATE Latin1_General_100_BIN2 ESCAPE '!') ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "ADA"
-- @p2 = "BOB"
-- @p3 = "A"
-- @p4 = "B"
-- @p5 = "%A%"
-- @p6 = "A%"
-- # find by ids
SELECT "id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at" FROM "sessions" WHERE (("sessions"."user_id" IN (@p1) AND CAST(CAST("sessions"."user_id" AS nvarchar(max)) AS varbinary(max)) IN (CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) AND "sessions"."id" IS NOT NULL AND ("sessions"."user_id" LIKE @p3 ESCAPE '!' AND CAST("sessions"."user_id" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p4 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!') AND ("sessions"."token" = @p5 AND CAST(CAST("sessions"."token" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p6 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = "4%"
-- @p4 = "4%"
-- @p5 = "token"
-- @p6 = "token"
-- # page
SELECT "full_name" FROM "users" ORDER BY "users"."age" DESC,"users"."full_name" OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY;
-- # join forward and backward
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
SELECT "id","user_id" FROM "profiles" WHERE ("profiles"."user_id" IN (@p1));
-- @p1 = "my-own-id"
SELECT "id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at" FROM (SELECT "id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at",ROW_NUMBER() OVER (PARTITION BY "user_id" ORDER BY "id") AS "authplugin_row" FROM "sessions" WHERE ("sessions"."user_id" IN (@p1))) AS authplugin_rows WHERE "authplugin_rows"."authplugin_row" <= @p2 ORDER BY "authplugin_rows"."authplugin_row";
-- @p1 = "my-own-id"
-- @p2 = 5 (int64)
-- # join backward
SELECT "id","user_id","token","expires_at","ip_address","user_agent","created_at","updated_at" FROM "sessions" ORDER BY "id" OFFSET 0 ROW FETCH NEXT 100 ROWS ONLY;
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WHERE ("users"."id" IN (@p1));
-- @p1 = "my-own-id"
-- # count
SELECT count(*) FROM "users" WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- # update
BEGIN;
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
UPDATE "users" SET "age"=@p1,"nick"=@p2,"updated_at"=@p3 WHERE (("users"."id" = @p4 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = NULL
-- @p2 = "x"
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "my-own-id"
-- @p5 = "my-own-id"
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # update many
BEGIN;
UPDATE "users" SET "nick"=@p1,"updated_at"=@p2;
-- @p1 = "x"
-- @p2 = 2026-11-21T07:00:00.123Z
COMMIT;
-- # consume one
BEGIN;
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
DELETE FROM "users" WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # increment one
BEGIN;
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WITH (UPDLOCK, ROWLOCK) WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max))) AND "users"."age" < @p3) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 50 (int64)
UPDATE "users" SET "age"="age" + @p1,"nick"=@p2,"updated_at"=@p3 WHERE (("users"."id" = @p4 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p5 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = 1 (int64)
-- @p2 = "y"
-- @p3 = 2026-11-21T07:00:00.123Z
-- @p4 = "my-own-id"
-- @p5 = "my-own-id"
SELECT "id","full_name","email","email_verified","image","created_at","updated_at","age","born","nick","vip" FROM "users" WHERE (("users"."id" = @p1 AND CAST(CAST("users"."id" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p2 AS nvarchar(max)) AS varbinary(max)))) ORDER BY "id" OFFSET 0 ROW FETCH NEXT 1 ROWS ONLY;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
COMMIT;
-- # delete many
BEGIN;
DELETE FROM "users";
COMMIT;
-- # clause
SELECT * FROM "users" WHERE (("users"."email" LIKE @p1 ESCAPE '!' AND CAST("users"."email" AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 LIKE CAST(@p2 AS nvarchar(max)) COLLATE Latin1_General_100_BIN2 ESCAPE '!')) AND NOT (("users"."full_name" = @p3 AND CAST(CAST("users"."full_name" AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(@p4 AS nvarchar(max)) AS varbinary(max))));
-- @p1 = "ada%"
-- @p2 = "ada%"
-- @p3 = "Bob"
-- @p4 = "Bob"
