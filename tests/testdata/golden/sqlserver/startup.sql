-- # first start
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "users"
-- @p3 = ""
-- @p4 = "sessions"
-- @p5 = ""
-- @p6 = "accounts"
-- @p7 = ""
-- @p8 = "verifications"
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "account"
-- @p3 = ""
-- @p4 = "session"
-- @p5 = ""
-- @p6 = "user"
-- @p7 = ""
-- @p8 = "verification"
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0; SELECT @code;
-- @p1 = "authplugin:a80a795474563b6d69a0a050e27a7150"
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "users"
-- @p3 = ""
-- @p4 = "sessions"
-- @p5 = ""
-- @p6 = "accounts"
-- @p7 = ""
-- @p8 = "verifications"
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "account"
-- @p3 = ""
-- @p4 = "session"
-- @p5 = ""
-- @p6 = "user"
-- @p7 = ""
-- @p8 = "verification"
SELECT @@LOCK_TIMEOUT;
SET LOCK_TIMEOUT 1000;
BEGIN;
CREATE TABLE "users" ("id" nvarchar(36) NOT NULL,"name" nvarchar(255) NOT NULL,"email" nvarchar(255) NOT NULL,"email_verified" bit NOT NULL,"image" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "users_email_uidx" ON "users"("email");
CREATE TABLE "sessions" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"token" nvarchar(255) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"ip_address" nvarchar(max),"user_agent" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE UNIQUE INDEX "sessions_token_uidx" ON "sessions"("token");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
CREATE TABLE "accounts" ("id" nvarchar(36) NOT NULL,"user_id" nvarchar(36) NOT NULL,"account_id" nvarchar(255) NOT NULL,"provider_id" nvarchar(255) NOT NULL,"access_token" nvarchar(max),"refresh_token" nvarchar(max),"id_token" nvarchar(max),"access_token_expires_at" datetimeoffset(3),"refresh_token_expires_at" datetimeoffset(3),"scope" nvarchar(max),"password" nvarchar(max),"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_accounts_user_id" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "accounts_provider_id_account_id_uidx" ON "accounts"("provider_id","account_id");
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");
CREATE TABLE "verifications" ("id" nvarchar(36) NOT NULL,"identifier" nvarchar(255) NOT NULL,"value" nvarchar(max) NOT NULL,"expires_at" datetimeoffset(3) NOT NULL,"created_at" datetimeoffset(3) NOT NULL,"updated_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"));
CREATE INDEX "verifications_expires_at_idx" ON "verifications"("expires_at");
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");
COMMIT;
SET LOCK_TIMEOUT -1;
SET NOCOUNT ON; DECLARE @code int; EXEC @code = sp_releaseapplock @Resource = @p1, @LockOwner = N'Session'; SELECT @code;
-- @p1 = "authplugin:a80a795474563b6d69a0a050e27a7150"
-- # second start
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id;
-- @p1 = ""
-- @p2 = "users"
-- @p3 = ""
-- @p4 = "sessions"
-- @p5 = ""
-- @p6 = "accounts"
-- @p7 = ""
-- @p8 = "verifications"
SELECT n.ord, t.name, 'i', i.name, COALESCE(ic.key_ordinal, 0), c.name, i.is_unique, i.is_primary_key, i.has_filter,
	i.is_disabled, NULL, NULL, NULL
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.name IS NOT NULL AND i.is_hypothetical = 0
LEFT JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
	AND ic.key_ordinal > 0 AND i.type IN (1, 2, 7)
LEFT JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
UNION ALL
SELECT n.ord, t.name, 'f', fk.name, fkc.constraint_column_id, c.name, CAST(0 AS bit), CAST(0 AS bit), CAST(0 AS bit),
	CAST(0 AS bit), rt.name, rc.name, REPLACE(fk.delete_referential_action_desc, N'_', N' ')
FROM
	(VALUES (0, @p1, @p2), (1, @p3, @p4), (2, @p5, @p6), (3, @p7, @p8)) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))
JOIN sys.foreign_keys AS fk ON fk.parent_object_id = t.object_id
JOIN sys.foreign_key_columns AS fkc ON fkc.constraint_object_id = fk.object_id
JOIN sys.columns AS c ON c.object_id = fkc.parent_object_id AND c.column_id = fkc.parent_column_id
JOIN sys.tables AS rt ON rt.object_id = fkc.referenced_object_id
JOIN sys.columns AS rc ON rc.object_id = fkc.referenced_object_id AND rc.column_id = fkc.referenced_column_id
ORDER BY 1, 3, 4, 5;
-- @p1 = ""
-- @p2 = "users"
-- @p3 = ""
-- @p4 = "sessions"
-- @p5 = ""
-- @p6 = "accounts"
-- @p7 = ""
-- @p8 = "verifications"
