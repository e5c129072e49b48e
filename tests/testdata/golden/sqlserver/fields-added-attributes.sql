-- add column users.api_token
ALTER TABLE "users" ADD "api_token" nvarchar(max);
-- add column users.banned
ALTER TABLE "users" ADD "banned" bit DEFAULT 0 WITH VALUES;
-- add column users.born_on
ALTER TABLE "users" ADD "born_on" datetimeoffset(3) NOT NULL;
-- add column users.bytes
ALTER TABLE "users" ADD "bytes" bigint DEFAULT 1099511627776 WITH VALUES;
-- add column users.count
ALTER TABLE "users" ADD "count" int DEFAULT -3 WITH VALUES;
-- add column users.favourite_id
ALTER TABLE "users" ADD "favourite_id" nvarchar(36);
-- add column users.huge_text
ALTER TABLE "users" ADD "huge_text" nvarchar(max);
-- add column users.lang
ALTER TABLE "users" ADD "lang" nvarchar(10) DEFAULT N'it''s' WITH VALUES;
-- add column users.made_up
ALTER TABLE "users" ADD "made_up" nvarchar(max);
-- add column users.medium_text
ALTER TABLE "users" ADD "medium_text" nvarchar(max) NOT NULL;
-- add column users.position
ALTER TABLE "users" ADD "position" int;
-- add column users.ratio
ALTER TABLE "users" ADD "ratio" float DEFAULT 0.25 WITH VALUES;
-- add column users.required_big_int
ALTER TABLE "users" ADD "required_big_int" bigint NOT NULL;
-- add column users.required_boolean
ALTER TABLE "users" ADD "required_boolean" bit NOT NULL;
-- add column users.required_date
ALTER TABLE "users" ADD "required_date" datetimeoffset(3) NOT NULL;
-- add column users.required_enum
ALTER TABLE "users" ADD "required_enum" nvarchar(max) NOT NULL;
-- add column users.required_float
ALTER TABLE "users" ADD "required_float" float NOT NULL;
-- add column users.required_json
ALTER TABLE "users" ADD "required_json" nvarchar(max) NOT NULL;
-- add column users.required_number
ALTER TABLE "users" ADD "required_number" int NOT NULL;
-- add column users.required_numbers
ALTER TABLE "users" ADD "required_numbers" nvarchar(max) NOT NULL;
-- add column users.required_strings
ALTER TABLE "users" ADD "required_strings" nvarchar(max) NOT NULL;
-- add column users.required_text
ALTER TABLE "users" ADD "required_text" nvarchar(max) NOT NULL;
-- add column users.short_key
ALTER TABLE "users" ADD "short_key" nvarchar(20) NOT NULL;
-- add column users.updated_on
ALTER TABLE "users" ADD "updated_on" datetimeoffset(3);
-- create index users.users_born_on_idx
CREATE INDEX "users_born_on_idx" ON "users"("born_on");
-- create index users.users_favourite_id_idx
CREATE INDEX "users_favourite_id_idx" ON "users"("favourite_id");
-- create index users.users_position_uidx
CREATE UNIQUE INDEX "users_position_uidx" ON "users"("position") WHERE "position" IS NOT NULL;
-- create index users.users_short_key_uidx
CREATE UNIQUE INDEX "users_short_key_uidx" ON "users"("short_key");
-- create foreign key users.fk_users_favourite_id
ALTER TABLE "users" ADD CONSTRAINT "fk_users_favourite_id" FOREIGN KEY ("favourite_id") REFERENCES "sessions"("id") ON DELETE NO ACTION;
