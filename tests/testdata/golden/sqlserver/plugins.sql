-- # tables of plugins
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8), (4, @p9, @p10), (5, @p11, @p12), (6, @p13, @p14), (7, @p15, @p16), (8, @p17, @p18), (9, @p19, @p20), (10, @p21, @p22), (11, @p23, @p24)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "user"
-- @p3 = ""
-- @p4 = "session"
-- @p5 = ""
-- @p6 = "account"
-- @p7 = ""
-- @p8 = "verification"
-- @p9 = ""
-- @p10 = "organization"
-- @p11 = ""
-- @p12 = "member"
-- @p13 = ""
-- @p14 = "team"
-- @p15 = ""
-- @p16 = "teamMember"
-- @p17 = ""
-- @p18 = "organizationRole"
-- @p19 = ""
-- @p20 = "invitation"
-- @p21 = ""
-- @p22 = "passkey"
-- @p23 = ""
-- @p24 = "twoFactor"
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8), (4, @p9, @p10), (5, @p11, @p12), (6, @p13, @p14), (7, @p15, @p16), (8, @p17, @p18), (9, @p19, @p20), (10, @p21, @p22), (11, @p23, @p24), (12, @p25, @p26), (13, @p27, @p28), (14, @p29, @p30), (15, @p31, @p32), (16, @p33, @p34), (17, @p35, @p36)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "accounts"
-- @p3 = ""
-- @p4 = "invitations"
-- @p5 = ""
-- @p6 = "members"
-- @p7 = ""
-- @p8 = "organizationRoles"
-- @p9 = ""
-- @p10 = "organization_role"
-- @p11 = ""
-- @p12 = "organization_roles"
-- @p13 = ""
-- @p14 = "organizations"
-- @p15 = ""
-- @p16 = "passkeys"
-- @p17 = ""
-- @p18 = "sessions"
-- @p19 = ""
-- @p20 = "teamMembers"
-- @p21 = ""
-- @p22 = "team_member"
-- @p23 = ""
-- @p24 = "team_members"
-- @p25 = ""
-- @p26 = "teams"
-- @p27 = ""
-- @p28 = "twoFactors"
-- @p29 = ""
-- @p30 = "two_factor"
-- @p31 = ""
-- @p32 = "two_factors"
-- @p33 = ""
-- @p34 = "users"
-- @p35 = ""
-- @p36 = "verifications"
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0; SELECT @code;
-- @p1 = "authplugin:a80a795474563b6d69a0a050e27a7150"
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8), (4, @p9, @p10), (5, @p11, @p12), (6, @p13, @p14), (7, @p15, @p16), (8, @p17, @p18), (9, @p19, @p20), (10, @p21, @p22), (11, @p23, @p24)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "user"
-- @p3 = ""
-- @p4 = "session"
-- @p5 = ""
-- @p6 = "account"
-- @p7 = ""
-- @p8 = "verification"
-- @p9 = ""
-- @p10 = "organization"
-- @p11 = ""
-- @p12 = "member"
-- @p13 = ""
-- @p14 = "team"
-- @p15 = ""
-- @p16 = "teamMember"
-- @p17 = ""
-- @p18 = "organizationRole"
-- @p19 = ""
-- @p20 = "invitation"
-- @p21 = ""
-- @p22 = "passkey"
-- @p23 = ""
-- @p24 = "twoFactor"
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8), (4, @p9, @p10), (5, @p11, @p12), (6, @p13, @p14), (7, @p15, @p16), (8, @p17, @p18), (9, @p19, @p20), (10, @p21, @p22), (11, @p23, @p24), (12, @p25, @p26), (13, @p27, @p28), (14, @p29, @p30), (15, @p31, @p32), (16, @p33, @p34), (17, @p35, @p36)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "accounts"
-- @p3 = ""
-- @p4 = "invitations"
-- @p5 = ""
-- @p6 = "members"
-- @p7 = ""
-- @p8 = "organizationRoles"
-- @p9 = ""
-- @p10 = "organization_role"
-- @p11 = ""
-- @p12 = "organization_roles"
-- @p13 = ""
-- @p14 = "organizations"
-- @p15 = ""
-- @p16 = "passkeys"
-- @p17 = ""
-- @p18 = "sessions"
-- @p19 = ""
-- @p20 = "teamMembers"
-- @p21 = ""
-- @p22 = "team_member"
-- @p23 = ""
-- @p24 = "team_members"
-- @p25 = ""
-- @p26 = "teams"
-- @p27 = ""
-- @p28 = "twoFactors"
-- @p29 = ""
-- @p30 = "two_factor"
-- @p31 = ""
-- @p32 = "two_factors"
-- @p33 = ""
-- @p34 = "users"
-- @p35 = ""
-- @p36 = "verifications"
SELECT @@LOCK_TIMEOUT;
SET LOCK_TIMEOUT 1000;
BEGIN;
CREATE TABLE "user" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"emailVerified" bit NOT NULL,"image" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,"banExpires" datetimeoffset(3),"banReason" nvarchar(max),"banned" bit,"role" nvarchar(max),"twoFactorEnabled" bit,"displayUsername" nvarchar(max),"username" nvarchar(255),PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "user_username_uidx" ON "user"("username") WHERE "username" IS NOT NULL;
CREATE UNIQUE INDEX "user_email_uidx" ON "user"("email");
CREATE TABLE "session" ("id" nvarchar(36) NOT NULL,"userId" nvarchar(36) NOT NULL,"token" nvarchar(255) NOT NULL,"expiresAt" datetimeoffset(3) NOT NULL,"ipAddress" nvarchar(max),"userAgent" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,"impersonatedBy" nvarchar(max),"activeOrganizationId" nvarchar(max),"activeTeamId" nvarchar(max),PRIMARY KEY ("id"),CONSTRAINT "fk_session_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE INDEX "session_expiresAt_idx" ON "session"("expiresAt");
CREATE UNIQUE INDEX "session_token_uidx" ON "session"("token");
CREATE INDEX "session_userId_idx" ON "session"("userId");
CREATE TABLE "account" ("id" nvarchar(36) NOT NULL,"userId" nvarchar(36) NOT NULL,"accountId" nvarchar(255) NOT NULL,"providerId" nvarchar(255) NOT NULL,"accessToken" nvarchar(max),"refreshToken" nvarchar(max),"idToken" nvarchar(max),"accessTokenExpiresAt" datetimeoffset(3),"refreshTokenExpiresAt" datetimeoffset(3),"scope" nvarchar(max),"password" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_account_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "account_providerId_accountId_uidx" ON "account"("providerId","accountId");
CREATE INDEX "account_userId_idx" ON "account"("userId");
CREATE TABLE "verification" ("id" nvarchar(36) NOT NULL,"identifier" nvarchar(255) NOT NULL,"value" nvarchar(max) NOT NULL,"expiresAt" datetimeoffset(3) NOT NULL,"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verification_expiresAt_idx" ON "verification"("expiresAt");
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");
CREATE TABLE "organization" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"slug" nvarchar(255) NOT NULL,"logo" nvarchar(max),"createdAt" datetimeoffset(3) NOT NULL,"metadata" nvarchar(max),PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "organization_slug_uidx" ON "organization"("slug");
CREATE TABLE "member" ("id" nvarchar(36) NOT NULL,"organizationId" nvarchar(36) NOT NULL,"userId" nvarchar(36) NOT NULL,"role" nvarchar(255) NOT NULL,"createdAt" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_member_organizationId" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE,CONSTRAINT "fk_member_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE INDEX "member_userId_idx" ON "member"("userId");
CREATE INDEX "member_organizationId_idx" ON "member"("organizationId");
CREATE TABLE "team" ("id" nvarchar(36) NOT NULL,"name" nvarchar(max) NOT NULL,"memberCount" int NOT NULL,"organizationId" nvarchar(36) NOT NULL,"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3),PRIMARY KEY ("id"),CONSTRAINT "fk_team_organizationId" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE);
CREATE INDEX "team_organizationId_idx" ON "team"("organizationId");
CREATE TABLE "teamMember" ("id" nvarchar(36) NOT NULL,"teamId" nvarchar(36) NOT NULL,"userId" nvarchar(36) NOT NULL,"membershipKey" nvarchar(255),"createdAt" datetimeoffset(3),PRIMARY KEY ("id"),CONSTRAINT "fk_teamMember_teamId" FOREIGN KEY ("teamId") REFERENCES "team"("id") ON DELETE CASCADE,CONSTRAINT "fk_teamMember_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "teamMember_membershipKey_uidx" ON "teamMember"("membershipKey") WHERE "membershipKey" IS NOT NULL;
CREATE INDEX "teamMember_userId_idx" ON "teamMember"("userId");
CREATE INDEX "teamMember_teamId_idx" ON "teamMember"("teamId");
CREATE TABLE "organizationRole" ("id" nvarchar(36) NOT NULL,"organizationId" nvarchar(36) NOT NULL,"role" nvarchar(255) NOT NULL,"permission" nvarchar(max) NOT NULL,"createdAt" datetimeoffset(3) NOT NULL,"updatedAt" datetimeoffset(3),PRIMARY KEY ("id"),CONSTRAINT "fk_organizationRole_organizationId" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE);
CREATE INDEX "organizationRole_role_idx" ON "organizationRole"("role");
CREATE INDEX "organizationRole_organizationId_idx" ON "organizationRole"("organizationId");
CREATE TABLE "invitation" ("id" nvarchar(36) NOT NULL,"organizationId" nvarchar(36) NOT NULL,"email" nvarchar(255) NOT NULL,"role" nvarchar(255),"status" nvarchar(255) NOT NULL,"expiresAt" datetimeoffset(3) NOT NULL,"createdAt" datetimeoffset(3) NOT NULL,"inviterId" nvarchar(36) NOT NULL,"teamId" nvarchar(255),PRIMARY KEY ("id"),CONSTRAINT "fk_invitation_inviterId" FOREIGN KEY ("inviterId") REFERENCES "user"("id") ON DELETE CASCADE,CONSTRAINT "fk_invitation_organizationId" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE);
CREATE INDEX "invitation_inviterId_idx" ON "invitation"("inviterId");
CREATE INDEX "invitation_expiresAt_idx" ON "invitation"("expiresAt");
CREATE INDEX "invitation_email_idx" ON "invitation"("email");
CREATE INDEX "invitation_organizationId_idx" ON "invitation"("organizationId");
CREATE TABLE "passkey" ("id" nvarchar(36) NOT NULL,"name" nvarchar(max),"publicKey" nvarchar(max) NOT NULL,"userId" nvarchar(36) NOT NULL,"credentialID" nvarchar(255) NOT NULL,"counter" int NOT NULL,"deviceType" nvarchar(max) NOT NULL,"backedUp" bit NOT NULL,"transports" nvarchar(max),"createdAt" datetimeoffset(3),"aaguid" nvarchar(max),PRIMARY KEY ("id"),CONSTRAINT "fk_passkey_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE INDEX "passkey_credentialID_idx" ON "passkey"("credentialID");
CREATE INDEX "passkey_userId_idx" ON "passkey"("userId");
CREATE TABLE "twoFactor" ("id" nvarchar(36) NOT NULL,"secret" nvarchar(255) NOT NULL,"backupCodes" nvarchar(max) NOT NULL,"userId" nvarchar(36) NOT NULL,"verified" bit,"failedVerificationCount" int,"lockedUntil" datetimeoffset(3),PRIMARY KEY ("id"),CONSTRAINT "fk_twoFactor_userId" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE);
CREATE INDEX "twoFactor_userId_idx" ON "twoFactor"("userId");
CREATE INDEX "twoFactor_secret_idx" ON "twoFactor"("secret");
COMMIT;
SET LOCK_TIMEOUT -1;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_releaseapplock @Resource = @p1, @LockOwner = N'Session'; SELECT @code;
-- @p1 = "authplugin:a80a795474563b6d69a0a050e27a7150"
