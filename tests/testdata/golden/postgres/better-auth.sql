-- create table user
CREATE TABLE "user" ("id" varchar(36) NOT NULL,"name" text NOT NULL,"email" text NOT NULL,"emailVerified" boolean NOT NULL,"image" text,"createdAt" timestamptz NOT NULL,"updatedAt" timestamptz NOT NULL,PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "user_email_uidx" ON "user" ("email");
-- create table session
CREATE TABLE "session" ("id" varchar(36) NOT NULL,"userId" varchar(36) NOT NULL,"token" text NOT NULL,"expiresAt" timestamptz NOT NULL,"ipAddress" text,"userAgent" text,"createdAt" timestamptz NOT NULL,"updatedAt" timestamptz NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_session_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE INDEX "session_expiresAt_idx" ON "session" ("expiresAt");
CREATE UNIQUE INDEX "session_token_uidx" ON "session" ("token");
CREATE INDEX "session_userId_idx" ON "session" ("userId");
-- create table account
CREATE TABLE "account" ("id" varchar(36) NOT NULL,"userId" varchar(36) NOT NULL,"accountId" varchar(255) NOT NULL,"providerId" varchar(255) NOT NULL,"accessToken" text,"refreshToken" text,"idToken" text,"accessTokenExpiresAt" timestamptz,"refreshTokenExpiresAt" timestamptz,"scope" text,"password" text,"createdAt" timestamptz NOT NULL,"updatedAt" timestamptz NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_account_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "account_providerId_accountId_uidx" ON "account" ("providerId","accountId");
CREATE INDEX "account_userId_idx" ON "account" ("userId");
-- create table verification
CREATE TABLE "verification" ("id" varchar(36) NOT NULL,"identifier" text NOT NULL,"value" text NOT NULL,"expiresAt" timestamptz NOT NULL,"createdAt" timestamptz NOT NULL,"updatedAt" timestamptz NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verification_expiresAt_idx" ON "verification" ("expiresAt");
CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier");
-- create table rateLimit
CREATE TABLE "rateLimit" ("id" varchar(36) NOT NULL,"key" text NOT NULL,"count" integer NOT NULL,"lastRequest" bigint NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "rateLimit_lastRequest_idx" ON "rateLimit" ("lastRequest");
CREATE UNIQUE INDEX "rateLimit_key_uidx" ON "rateLimit" ("key");
