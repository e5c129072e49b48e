package databasestore

// sqlserver compares lengths as well, since to it trailing zeros are nothing. Its
// driver sends NULL as text, which has to be converted.
func sqlserver() grammar {
	const value = "CONVERT(varbinary(max), {value})"
	const old = "CONVERT(varbinary(max), {old})"
	const same = "{live} AND ((value = " + old + " AND DATALENGTH(value) = DATALENGTH(" + old + ")) OR counter = {oldCount})"
	// HOLDLOCK keeps others from inserting the same key between the two halves.
	const merge = "{begin}MERGE INTO {table} WITH (HOLDLOCK) USING (SELECT {key} AS given) AS source ON key_hash = source.given WHEN MATCHED"
	const replace = " THEN UPDATE SET value = " + value + ", counter = {count}, expires_at = {now} + {ttl}" +
		" WHEN NOT MATCHED THEN INSERT (key_hash, value, counter, expires_at) VALUES ({key}, " + value + ", {count}, {now} + {ttl});"
	return grammar{
		mark: "@p",
		// A variable has one value for a whole batch.
		begin: "DECLARE @now bigint = {time}; ", variable: "@now",
		now: "DATEDIFF_BIG(millisecond, '19700101', SYSUTCDATETIME())", given: "{clock}",
		get:  "{begin}SELECT value, counter FROM {table} WHERE {live}",
		set:  merge + replace,
		take: "{begin}DELETE FROM {table} OUTPUT DELETED.value, DELETED.counter WHERE {live}",
		increment: merge + " AND (expires_at <= {now} OR counter < 9223372036854775807) THEN UPDATE SET value = NULL," +
			" counter = CASE WHEN expires_at <= {now} THEN 1 ELSE counter + 1 END," +
			" expires_at = CASE WHEN expires_at <= {now} THEN {now} + {ttl} ELSE expires_at END" +
			" WHEN NOT MATCHED THEN INSERT (key_hash, counter, expires_at) VALUES ({key}, 1, {now} + {ttl}) OUTPUT INSERTED.counter;",
		swapAbsent:    merge + " AND expires_at <= {now}" + replace,
		swap:          "{begin}UPDATE {table} SET value = " + value + ", counter = {count}, expires_at = {now} + {ttl} WHERE " + same,
		swapDelete:    "{begin}DELETE FROM {table} WHERE " + same,
		deleteKeys:    "DELETE FROM {table} WHERE key_hash IN ({keys})",
		expired:       "{begin}SELECT TOP (500) key_hash FROM {table} WITH (READPAST) WHERE expires_at <= {now} ORDER BY expires_at",
		deleteExpired: "{begin}DELETE FROM {table} WITH (READPAST) WHERE key_hash IN ({keys}) AND expires_at <= {now}",
		create: "IF OBJECT_ID({name}) IS NULL CREATE TABLE {table} (key_hash binary(32) NOT NULL PRIMARY KEY, value varbinary(max), counter bigint," +
			" expires_at bigint NOT NULL, INDEX {index} (expires_at))",
	}
}
