-- create table user
CREATE TABLE "user" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"emailVerified" bit NOT NULL,"image" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "user_email_uidx" ON "user"("email");
-- create table session
CREATE TABLE "session" ("id" nvarchar(36) NOT NULL,"userId" nvarchar(36) NOT NULL,"token" nvarchar(255) NOT NULL,"expiresAt" datetimeoffset(3) NOT NULL,"ipAddress" nvarchar(max),"userAgent" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_session_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE INDEX "session_expiresAt_idx" ON "session"("expiresAt");
CREATE UNIQUE INDEX "session_token_uidx" ON "session"("token");
CREATE INDEX "session_userId_idx" ON "session"("userId");
-- create table account
CREATE TABLE "account" ("id" nvarchar(36) NOT NULL,"userId" nvarchar(36) NOT NULL,"accountId" nvarchar(255) NOT NULL,"providerId" nvarchar(255) NOT NULL,"accessToken" nvarchar(max),"refreshToken" nvarchar(max),"idToken" nvarchar(max),"accessTokenExpiresAt" datetimeoffset(3),"refreshTokenExpiresAt" datetimeoffset(3),"scope" nvarchar(max),"password" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_account_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "account_providerId_accountId_uidx" ON "account"("providerId","accountId");
CREATE INDEX "account_userId_idx" ON "account"("userId");
-- create table verification
CREATE TABLE "verification" ("id" nvarchar(36) NOT NULL,"identifier" nvarchar(255) NOT NULL,"value" nvarchar(max) NOT NULL,"expiresAt" datetimeoffset(3) NOT NULL,"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verification_expiresAt_idx" ON "verification"("expiresAt");
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");
-- create table rateLimit
CREATE TABLE "rateLimit" ("id" nvarchar(36) NOT NULL,"key" nvarchar(255) NOT NULL,"count" int NOT NULL,"lastRequest" bigint NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "rateLimit_lastRequest_idx" ON "rateLimit"("lastRequest");
CREATE UNIQUE INDEX "rateLimit_key_uidx" ON "rateLimit"("key");
