-- create table users
CREATE TABLE "users" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"email_verified" bit NOT NULL,"image" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
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
-- create table rate_limits
CREATE TABLE "rate_limits" ("id" nvarchar(36) NOT NULL,"key" nvarchar(255) NOT NULL,"count" int NOT NULL,"last_request" bigint NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "rate_limits_last_request_idx" ON "rate_limits"("last_request");
CREATE UNIQUE INDEX "rate_limits_key_uidx" ON "rate_limits"("key");
