-- # fixed window: counted
UPDATE "rate_limits" SET "count" = CASE WHEN "last_request" <= @p1 THEN 1 ELSE "count" + 1 END, "last_request" = CASE WHEN "last_request" > @p2 THEN "last_request" ELSE @p3 END OUTPUT INSERTED."count", INSERTED."last_request" WHERE "key" = @p4 AND ("last_request" <= @p5 OR "count" < @p6);
-- @p1 = 1795244390123 (int64)
-- @p2 = 1795244400123 (int64)
-- @p3 = 1795244400123 (int64)
-- @p4 = "client"
-- @p5 = 1795244390123 (int64)
-- @p6 = 3 (int64)
-- # fixed window: refused
UPDATE "rate_limits" SET "count" = CASE WHEN "last_request" <= @p1 THEN 1 ELSE "count" + 1 END, "last_request" = CASE WHEN "last_request" > @p2 THEN "last_request" ELSE @p3 END OUTPUT INSERTED."count", INSERTED."last_request" WHERE "key" = @p4 AND ("last_request" <= @p5 OR "count" < @p6);
-- @p1 = 1795244390123 (int64)
-- @p2 = 1795244400123 (int64)
-- @p3 = 1795244400123 (int64)
-- @p4 = "client"
-- @p5 = 1795244390123 (int64)
-- @p6 = 3 (int64)
SELECT "count", "last_request" FROM "rate_limits" WHERE "key" = @p1;
-- @p1 = "client"
-- # fixed window: the first request
UPDATE "rate_limits" SET "count" = CASE WHEN "last_request" <= @p1 THEN 1 ELSE "count" + 1 END, "last_request" = CASE WHEN "last_request" > @p2 THEN "last_request" ELSE @p3 END OUTPUT INSERTED."count", INSERTED."last_request" WHERE "key" = @p4 AND ("last_request" <= @p5 OR "count" < @p6);
-- @p1 = 1795244390123 (int64)
-- @p2 = 1795244400123 (int64)
-- @p3 = 1795244400123 (int64)
-- @p4 = "client"
-- @p5 = 1795244390123 (int64)
-- @p6 = 3 (int64)
SELECT "count", "last_request" FROM "rate_limits" WHERE "key" = @p1;
-- @p1 = "client"
BEGIN;
INSERT INTO "rate_limits" ("id","key","count","last_request","slots") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_1>
-- @p2 = "client"
-- @p3 = 1 (int64)
-- @p4 = 1795244400123 (int64)
-- @p5 = NULL
COMMIT;
-- # sliding window: counted
UPDATE "rate_limits" SET "slots" = CONCAT(SUBSTRING("slots", 9 * CASE WHEN "last_request" >= @p1 THEN 0 WHEN "last_request" < @p2 THEN 17 ELSE @p3 - "last_request" * 1000000 / @p4 END + 1, 153), replace(SUBSTRING('xxxxxxxxxxxxxxxxx', 1, CASE WHEN "last_request" >= @p5 THEN 0 WHEN "last_request" < @p6 THEN 17 ELSE @p7 - "last_request" * 1000000 / @p8 END), 'x', SUBSTRING(CAST(1000000000 + "count" AS varchar(10)), 2, 9))), "count" = ("count" + 1) % 1000000000, "last_request" = CASE WHEN "last_request" > @p9 THEN "last_request" ELSE @p10 END OUTPUT INSERTED."count", INSERTED."last_request", INSERTED."slots" WHERE "key" = @p11 AND @p12 > ("count" - CAST(SUBSTRING(CONCAT("slots", SUBSTRING(CAST(1000000000 + "count" AS varchar(10)), 2, 9)), 9 * CASE WHEN "last_request" >= @p13 THEN 0 WHEN "last_request" < @p14 THEN 17 ELSE @p15 - "last_request" * 1000000 / @p16 END + 1, 9) AS int) + 1000000000) % 1000000000;
-- @p1 = 1795244400123 (int64)
-- @p2 = 1795244390000 (int64)
-- @p3 = 2872391040 (int64)
-- @p4 = 625000000 (int64)
-- @p5 = 1795244400123 (int64)
-- @p6 = 1795244390000 (int64)
-- @p7 = 2872391040 (int64)
-- @p8 = 625000000 (int64)
-- @p9 = 1795244400123 (int64)
-- @p10 = 1795244400123 (int64)
-- @p11 = "sliding:10s:client"
-- @p12 = 3 (int64)
-- @p13 = 1795244400123 (int64)
-- @p14 = 1795244390000 (int64)
-- @p15 = 2872391040 (int64)
-- @p16 = 625000000 (int64)
-- # sliding window: refused
UPDATE "rate_limits" SET "slots" = CONCAT(SUBSTRING("slots", 9 * CASE WHEN "last_request" >= @p1 THEN 0 WHEN "last_request" < @p2 THEN 17 ELSE @p3 - "last_request" * 1000000 / @p4 END + 1, 153), replace(SUBSTRING('xxxxxxxxxxxxxxxxx', 1, CASE WHEN "last_request" >= @p5 THEN 0 WHEN "last_request" < @p6 THEN 17 ELSE @p7 - "last_request" * 1000000 / @p8 END), 'x', SUBSTRING(CAST(1000000000 + "count" AS varchar(10)), 2, 9))), "count" = ("count" + 1) % 1000000000, "last_request" = CASE WHEN "last_request" > @p9 THEN "last_request" ELSE @p10 END OUTPUT INSERTED."count", INSERTED."last_request", INSERTED."slots" WHERE "key" = @p11 AND @p12 > ("count" - CAST(SUBSTRING(CONCAT("slots", SUBSTRING(CAST(1000000000 + "count" AS varchar(10)), 2, 9)), 9 * CASE WHEN "last_request" >= @p13 THEN 0 WHEN "last_request" < @p14 THEN 17 ELSE @p15 - "last_request" * 1000000 / @p16 END + 1, 9) AS int) + 1000000000) % 1000000000;
-- @p1 = 1795244400123 (int64)
-- @p2 = 1795244390000 (int64)
-- @p3 = 2872391040 (int64)
-- @p4 = 625000000 (int64)
-- @p5 = 1795244400123 (int64)
-- @p6 = 1795244390000 (int64)
-- @p7 = 2872391040 (int64)
-- @p8 = 625000000 (int64)
-- @p9 = 1795244400123 (int64)
-- @p10 = 1795244400123 (int64)
-- @p11 = "sliding:10s:client"
-- @p12 = 3 (int64)
-- @p13 = 1795244400123 (int64)
-- @p14 = 1795244390000 (int64)
-- @p15 = 2872391040 (int64)
-- @p16 = 625000000 (int64)
SELECT "count", "last_request", "slots" FROM "rate_limits" WHERE "key" = @p1;
-- @p1 = "sliding:10s:client"
-- # sliding window: the first request
UPDATE "rate_limits" SET "slots" = CONCAT(SUBSTRING("slots", 9 * CASE WHEN "last_request" >= @p1 THEN 0 WHEN "last_request" < @p2 THEN 17 ELSE @p3 - "last_request" * 1000000 / @p4 END + 1, 153), replace(SUBSTRING('xxxxxxxxxxxxxxxxx', 1, CASE WHEN "last_request" >= @p5 THEN 0 WHEN "last_request" < @p6 THEN 17 ELSE @p7 - "last_request" * 1000000 / @p8 END), 'x', SUBSTRING(CAST(1000000000 + "count" AS varchar(10)), 2, 9))), "count" = ("count" + 1) % 1000000000, "last_request" = CASE WHEN "last_request" > @p9 THEN "last_request" ELSE @p10 END OUTPUT INSERTED."count", INSERTED."last_request", INSERTED."slots" WHERE "key" = @p11 AND @p12 > ("count" - CAST(SUBSTRING(CONCAT("slots", SUBSTRING(CAST(1000000000 + "count" AS varchar(10)), 2, 9)), 9 * CASE WHEN "last_request" >= @p13 THEN 0 WHEN "last_request" < @p14 THEN 17 ELSE @p15 - "last_request" * 1000000 / @p16 END + 1, 9) AS int) + 1000000000) % 1000000000;
-- @p1 = 1795244400123 (int64)
-- @p2 = 1795244390000 (int64)
-- @p3 = 2872391040 (int64)
-- @p4 = 625000000 (int64)
-- @p5 = 1795244400123 (int64)
-- @p6 = 1795244390000 (int64)
-- @p7 = 2872391040 (int64)
-- @p8 = 625000000 (int64)
-- @p9 = 1795244400123 (int64)
-- @p10 = 1795244400123 (int64)
-- @p11 = "sliding:10s:client"
-- @p12 = 3 (int64)
-- @p13 = 1795244400123 (int64)
-- @p14 = 1795244390000 (int64)
-- @p15 = 2872391040 (int64)
-- @p16 = 625000000 (int64)
SELECT "count", "last_request", "slots" FROM "rate_limits" WHERE "key" = @p1;
-- @p1 = "sliding:10s:client"
BEGIN;
INSERT INTO "rate_limits" ("id","key","count","last_request","slots") VALUES (@p1,@p2,@p3,@p4,@p5);
-- @p1 = <id_2>
-- @p2 = "sliding:10s:client"
-- @p3 = 1 (int64)
-- @p4 = 1795244400123 (int64)
-- @p5 = "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
COMMIT;
-- # delete expired
SELECT "id" FROM "rate_limits" WHERE "rate_limits"."last_request" < @p1 ORDER BY "rate_limits"."last_request" OFFSET 0 ROW FETCH NEXT 500 ROWS ONLY;
-- @p1 = 1795158000123 (int64)
BEGIN;
DELETE FROM "rate_limits" WHERE "rate_limits"."id" IN (@p1,@p2) AND "rate_limits"."last_request" < @p3;
-- @p1 = "my-own-id"
-- @p2 = "my-own-id"
-- @p3 = 1795158000123 (int64)
COMMIT;
