-- create table sessions
CREATE TABLE "sessions" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"token" nvarchar(255) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"ip_address" nvarchar(max),"user_agent" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE UNIQUE INDEX "sessions_token_uidx" ON "sessions"("token");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
-- create table users
CREATE TABLE "users" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"email_verified" bit NOT NULL,"image" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,"api_token" nvarchar(max),"banned" bit,"born_on" datetimeoffset(3) NOT NULL,"bytes" bigint,"count" int,"favourite_id" nvarchar(36),"huge_text" nvarchar(max),"lang" nvarchar(10),"made_up" nvarchar(max),"medium_text" nvarchar(max) NOT NULL,"position" int,"ratio" float,"required_big_int" bigint NOT NULL,"required_boolean" bit NOT NULL,"required_date" datetimeoffset(3) NOT NULL,"required_enum" nvarchar(max) NOT NULL,"required_float" float NOT NULL,"required_json" nvarchar(max) NOT NULL,"required_number" int NOT NULL,"required_numbers" nvarchar(max) NOT NULL,"required_strings" nvarchar(max) NOT NULL,"required_text" nvarchar(max) NOT NULL,"short_key" nvarchar(20) NOT NULL,"updated_on" datetimeoffset(3),PRIMARY KEY ("id"),CONSTRAINT "fk_users_favourite_id" FOREIGN KEY ("favourite_id") REFERENCES "sessions"("id") ON DELETE NO ACTION);
CREATE UNIQUE INDEX "users_short_key_uidx" ON "users"("short_key");
CREATE UNIQUE INDEX "users_position_uidx" ON "users"("position") WHERE "position" IS NOT NULL;
CREATE INDEX "users_favourite_id_idx" ON "users"("favourite_id");
CREATE INDEX "users_born_on_idx" ON "users"("born_on");
CREATE UNIQUE INDEX "users_email_uidx" ON "users"("email");
-- create table accounts
CREATE TABLE "accounts" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"account_id" nvarchar(255) NOT NULL,"provider_id" nvarchar(255) NOT NULL,"access_token" nvarchar(max),"refresh_token" nvarchar(max),"id_token" nvarchar(max),"access_token_expires_at" datetimeoffset(3),"refresh_token_expires_at" datetimeoffset(3),"scope" nvarchar(max),"password" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "accounts_provider_id_account_id_uidx" ON "accounts"("provider_id","account_id");
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");
-- create table verifications
CREATE TABLE "verifications" ("id" nvarchar(36) NOT NULL,"identifier" nvarchar(255) NOT NULL,"value" nvarchar(max) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verifications_expires_at_idx" ON "verifications"("expires_at");
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");
-- create foreign key sessions.fk_sessions_user_id
ALTER TABLE "sessions" ADD CONSTRAINT "fk_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;
