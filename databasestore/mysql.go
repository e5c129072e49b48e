package databasestore

// mysql is for MySQL and MariaDB. How many rows a statement has changed depends there
// on the connection's clientFoundRows, and on whether the new values differ:
// LAST_INSERT_ID, which a statement sets for its answer, does not. Its argument names
// a column, so that it is evaluated for a row that was found and not otherwise.
// Assignments see those before them, so that expires_at comes last.
//
// A locking read sees what was committed last, also in a transaction that reads from
// an older snapshot. Expired rows are found without locks and deleted by their keys:
// by the index of expires_at it would be in the order that makes deadlocks with writers.
func mysql() grammar {
	const same = "{live} AND (value = {old} OR counter = {oldCount})"
	const insert = "INSERT INTO {table} (key_hash, value, counter, expires_at) VALUES ({key}, {value}, {count}, {now} + {ttl}) ON DUPLICATE KEY UPDATE "
	const read = "SELECT value, counter FROM {table} WHERE {live}"
	return grammar{
		mark:       "?",
		now:        "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)",
		given:      "{clock}",
		byInsertID: true,
		prepares:   true,
		hexKeys:    true,
		get:        read,
		lockedGet:  read + " FOR UPDATE",
		set:        insert + "value = VALUES(value), counter = VALUES(counter), expires_at = VALUES(expires_at)",
		increment: "INSERT INTO {table} (key_hash, counter, expires_at) VALUES ({key}, LAST_INSERT_ID(1), {now} + {ttl})" +
			" ON DUPLICATE KEY UPDATE value = IF(expires_at <= {now}, NULL, value)," +
			" counter = CASE WHEN expires_at <= {now} THEN CAST(LAST_INSERT_ID(1) AS SIGNED)" +
			" WHEN counter < 9223372036854775807 THEN CAST(LAST_INSERT_ID(counter + 1) AS SIGNED)" +
			" WHEN LAST_INSERT_ID(IF(expires_at < 0, 1, 9223372036854775808)) = 1 THEN NULL ELSE counter END," +
			" expires_at = IF(expires_at <= {now}, VALUES(expires_at), expires_at)",
		swapAbsent: insert + "value = IF(expires_at <= {now}, VALUES(value), value), counter = IF(expires_at <= {now}, VALUES(counter), counter)," +
			" expires_at = IF(LAST_INSERT_ID(IF(expires_at <= {now}, 1, 2)) = 1, VALUES(expires_at), expires_at)",
		swap: "UPDATE {table} SET value = {value}, counter = {count}," +
			" expires_at = {now} + {ttl} + IF(LAST_INSERT_ID(IF(expires_at < 0, 3, 1)) = 1, 0, 0) WHERE " + same,
		swapDelete:    "DELETE FROM {table} WHERE " + same,
		deleteKeys:    "DELETE FROM {table} WHERE key_hash IN ({keys})",
		expired:       "SELECT key_hash FROM {table} WHERE expires_at <= {now} ORDER BY expires_at LIMIT 500",
		deleteExpired: "DELETE FROM {table} WHERE key_hash IN ({keys}) AND expires_at <= {now}",
		create: "CREATE TABLE IF NOT EXISTS {table} (key_hash BINARY(32) NOT NULL PRIMARY KEY, value LONGBLOB, counter BIGINT, expires_at BIGINT NOT NULL," +
			" INDEX {index} (expires_at)) ENGINE=InnoDB",
	}
}
