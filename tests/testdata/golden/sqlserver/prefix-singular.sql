-- create table app_user
CREATE TABLE "app_user" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"email_verified" bit NOT NULL,"image" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "app_user_email_uidx" ON "app_user"("email");
-- create table app_session
CREATE TABLE "app_session" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"token" nvarchar(255) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"ip_address" nvarchar(max),"user_agent" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_app_session_user_id" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE);
CREATE INDEX "app_session_expires_at_idx" ON "app_session"("expires_at");
CREATE UNIQUE INDEX "app_session_token_uidx" ON "app_session"("token");
CREATE INDEX "app_session_user_id_idx" ON "app_session"("user_id");
-- create table app_account
CREATE TABLE "app_account" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"account_id" nvarchar(255) NOT NULL,"provider_id" nvarchar(255) NOT NULL,"access_token" nvarchar(max),"refresh_token" nvarchar(max),"id_token" nvarchar(max),"access_token_expires_at" datetimeoffset(3),"refresh_token_expires_at" datetimeoffset(3),"scope" nvarchar(max),"password" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_app_account_user_id" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "app_account_provider_id_account_id_uidx" ON "app_account"("provider_id","account_id");
CREATE INDEX "app_account_user_id_idx" ON "app_account"("user_id");
-- create table app_verification
CREATE TABLE "app_verification" ("id" nvarchar(36) NOT NULL,"identifier" nvarchar(255) NOT NULL,"value" nvarchar(max) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "app_verification_expires_at_idx" ON "app_verification"("expires_at");
CREATE INDEX "app_verification_identifier_idx" ON "app_verification"("identifier");
-- create table app_rate_limit
CREATE TABLE "app_rate_limit" ("id" nvarchar(36) NOT NULL,"key" nvarchar(255) NOT NULL,"count" int NOT NULL,"last_request" bigint NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "app_rate_limit_last_request_idx" ON "app_rate_limit"("last_request");
CREATE UNIQUE INDEX "app_rate_limit_key_uidx" ON "app_rate_limit"("key");
