-- add column users.active
ALTER TABLE "users" ADD "active" bit DEFAULT 1 WITH VALUES;
-- add column users.age
ALTER TABLE "users" ADD "age" int;
-- add column users.born_at
ALTER TABLE "users" ADD "born_at" datetimeoffset(3);
-- add column users.city
ALTER TABLE "users" ADD "city" nvarchar(255);
-- add column users.code
ALTER TABLE "users" ADD "code" nvarchar(40);
-- add column users.friend
ALTER TABLE "users" ADD "friend" nvarchar(36);
-- add column users.friend_mail
ALTER TABLE "users" ADD "friend_mail" nvarchar(255);
-- add column users.points
ALTER TABLE "users" ADD "points" nvarchar(max);
-- add column users.role
ALTER TABLE "users" ADD "role" nvarchar(20) DEFAULT N'user' WITH VALUES;
-- add column users.score
ALTER TABLE "users" ADD "score" float;
-- add column users.settings
ALTER TABLE "users" ADD "settings" nvarchar(max);
-- add column users.slug
ALTER TABLE "users" ADD "slug" nvarchar(255);
-- add column users.sorted
ALTER TABLE "users" ADD "sorted" nvarchar(255);
-- add column users.tags
ALTER TABLE "users" ADD "tags" nvarchar(max);
-- add column users.text
ALTER TABLE "users" ADD "text" nvarchar(max);
-- add column users.views
ALTER TABLE "users" ADD "views" bigint;
-- create index users.users_city_idx
CREATE INDEX "users_city_idx" ON "users"("city");
-- create index users.users_friend_idx
CREATE INDEX "users_friend_idx" ON "users"("friend");
-- create index users.users_friend_mail_idx
CREATE INDEX "users_friend_mail_idx" ON "users"("friend_mail");
-- create index users.users_slug_uidx
CREATE UNIQUE INDEX "users_slug_uidx" ON "users"("slug") WHERE "slug" IS NOT NULL;
-- create foreign key users.fk_users_friend
ALTER TABLE "users" ADD CONSTRAINT "fk_users_friend" FOREIGN KEY ("friend") REFERENCES "users"("id") ON DELETE NO ACTION;
-- create foreign key users.fk_users_friend_mail
ALTER TABLE "users" ADD CONSTRAINT "fk_users_friend_mail" FOREIGN KEY ("friend_mail") REFERENCES "users"("email") ON DELETE NO ACTION;
