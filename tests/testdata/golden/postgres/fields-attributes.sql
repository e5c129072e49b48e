-- create table sessions
CREATE TABLE "sessions" ("id" varchar(36) NOT NULL,"user_id" varchar(36) NOT NULL,"token" text NOT NULL,"expires_at" timestamptz NOT NULL,"ip_address" text,"user_agent" text,"created_at" timestamptz NOT NULL,"updated_at" timestamptz NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "sessions_expires_at_idx" ON "sessions" ("expires_at");
CREATE UNIQUE INDEX "sessions_token_uidx" ON "sessions" ("token");
CREATE INDEX "sessions_user_id_idx" ON "sessions" ("user_id");
-- create table users
CREATE TABLE "users" ("id" varchar(36) NOT NULL,"name" text NOT NULL,"email" text NOT NULL,"email_verified" boolean NOT NULL,"image" text,"created_at" timestamptz NOT NULL,"updated_at" timestamptz NOT NULL,"api_token" text,"banned" boolean,"born_on" timestamptz NOT NULL,"bytes" bigint,"count" integer,"favourite_id" varchar(36),"huge_text" varchar(5000000),"lang" varchar(10),"made_up" text,"medium_text" varchar(20000) NOT NULL,"position" integer,"ratio" double precision,"required_big_int" bigint NOT NULL,"required_boolean" boolean NOT NULL,"required_date" timestamptz NOT NULL,"required_enum" text NOT NULL,"required_float" double precision NOT NULL,"required_json" jsonb NOT NULL,"required_number" integer NOT NULL,"required_numbers" jsonb NOT NULL,"required_strings" jsonb NOT NULL,"required_text" text NOT NULL,"short_key" varchar(20) NOT NULL,"updated_on" timestamptz,PRIMARY KEY ("id"),CONSTRAINT "fk_users_favourite_id" FOREIGN KEY ("favourite_id") REFERENCES "sessions"("id") ON DELETE NO ACTION);
CREATE UNIQUE INDEX "users_short_key_uidx" ON "users" ("short_key");
CREATE UNIQUE INDEX "users_position_uidx" ON "users" ("position");
CREATE INDEX "users_favourite_id_idx" ON "users" ("favourite_id");
CREATE INDEX "users_born_on_idx" ON "users" ("born_on");
CREATE UNIQUE INDEX "users_email_uidx" ON "users" ("email");
-- create table accounts
CREATE TABLE "accounts" ("id" varchar(36) NOT NULL,"user_id" varchar(36) NOT NULL,"account_id" varchar(255) NOT NULL,"provider_id" varchar(255) NOT NULL,"access_token" text,"refresh_token" text,"id_token" text,"access_token_expires_at" timestamptz,"refresh_token_expires_at" timestamptz,"scope" text,"password" text,"created_at" timestamptz NOT NULL,"updated_at" timestamptz NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "accounts_provider_id_account_id_uidx" ON "accounts" ("provider_id","account_id");
CREATE INDEX "accounts_user_id_idx" ON "accounts" ("user_id");
-- create table verifications
CREATE TABLE "verifications" ("id" varchar(36) NOT NULL,"identifier" text NOT NULL,"value" text NOT NULL,"expires_at" timestamptz NOT NULL,"created_at" timestamptz NOT NULL,"updated_at" timestamptz NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verifications_expires_at_idx" ON "verifications" ("expires_at");
CREATE INDEX "verifications_identifier_idx" ON "verifications" ("identifier");
-- create foreign key sessions.fk_sessions_user_id
ALTER TABLE "sessions" ADD CONSTRAINT "fk_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;
