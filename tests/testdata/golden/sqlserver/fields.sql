-- create table users
CREATE TABLE "users" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"email_verified" bit NOT NULL,"image" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,"active" bit,"age" int,"born_at" datetimeoffset(3),"city" nvarchar(255),"code" nvarchar(40),"friend" nvarchar(36),"friend_mail" nvarchar(255),"points" nvarchar(max),"role" nvarchar(max),"score" float,"settings" nvarchar(max),"slug" nvarchar(255),"sorted" nvarchar(255),"tags" nvarchar(max),"text" nvarchar(max),"views" bigint,PRIMARY KEY ("id"),CONSTRAINT "fk_users_friend" FOREIGN KEY ("friend") REFERENCES "users"("id") ON DELETE NO ACTION);
CREATE UNIQUE INDEX "users_slug_uidx" ON "users"("slug") WHERE "slug" IS NOT NULL;
CREATE INDEX "users_friend_mail_idx" ON "users"("friend_mail");
CREATE INDEX "users_friend_idx" ON "users"("friend");
CREATE INDEX "users_city_idx" ON "users"("city");
CREATE UNIQUE INDEX "users_email_uidx" ON "users"("email");
-- create table sessions
CREATE TABLE "sessions" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"token" nvarchar(255) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"ip_address" nvarchar(max),"user_agent" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE UNIQUE INDEX "sessions_token_uidx" ON "sessions"("token");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
-- create table accounts
CREATE TABLE "accounts" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"account_id" nvarchar(255) NOT NULL,"provider_id" nvarchar(255) NOT NULL,"access_token" nvarchar(max),"refresh_token" nvarchar(max),"id_token" nvarchar(max),"access_token_expires_at" datetimeoffset(3),"refresh_token_expires_at" datetimeoffset(3),"scope" nvarchar(max),"password" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "accounts_provider_id_account_id_uidx" ON "accounts"("provider_id","account_id");
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");
-- create table verifications
CREATE TABLE "verifications" ("id" nvarchar(36) NOT NULL,"identifier" nvarchar(255) NOT NULL,"value" nvarchar(max) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verifications_expires_at_idx" ON "verifications"("expires_at");
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");
-- create foreign key users.fk_users_friend_mail
ALTER TABLE "users" ADD CONSTRAINT "fk_users_friend_mail" FOREIGN KEY ("friend_mail") REFERENCES "users"("email") ON DELETE NO ACTION;
