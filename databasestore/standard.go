package databasestore

// standard are the statements that SQLite and PostgreSQL share.
func standard() grammar {
	const insert = "INSERT INTO {table} AS e (key_hash, value, counter, expires_at) VALUES ({key}, {value}, {count}, {now} + {ttl})" +
		" ON CONFLICT (key_hash) DO UPDATE SET "
	const replace = "value = excluded.value, counter = excluded.counter, expires_at = excluded.expires_at"
	const same = "{live} AND (value = {old} OR counter = {oldCount})"
	return grammar{
		get:  "SELECT value, counter FROM {table} WHERE {live}",
		set:  insert + replace,
		take: "DELETE FROM {table} WHERE {live} RETURNING value, counter",
		increment: "INSERT INTO {table} AS e (key_hash, counter, expires_at) VALUES ({key}, 1, {now} + {ttl}) ON CONFLICT (key_hash) DO UPDATE SET value = NULL," +
			" counter = CASE WHEN e.expires_at <= {now} THEN 1 ELSE e.counter + 1 END," +
			" expires_at = CASE WHEN e.expires_at <= {now} THEN excluded.expires_at ELSE e.expires_at END" +
			" WHERE e.expires_at <= {now} OR e.counter < 9223372036854775807 RETURNING counter",
		swapAbsent:    insert + replace + " WHERE e.expires_at <= {now}",
		swap:          "UPDATE {table} SET value = {value}, counter = {count}, expires_at = {now} + {ttl} WHERE " + same,
		swapDelete:    "DELETE FROM {table} WHERE " + same,
		deleteKeys:    "DELETE FROM {table} WHERE key_hash IN ({keys})",
		expired:       "SELECT key_hash FROM {table} WHERE expires_at <= {now} ORDER BY expires_at LIMIT 500",
		deleteExpired: "DELETE FROM {table} WHERE key_hash IN ({keys}) AND expires_at <= {now}",
	}
}

func sqlite() grammar {
	g := standard()
	g.mark, g.prepares = "?", true
	g.now, g.given = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)", "{clock}"
	g.create = "CREATE TABLE IF NOT EXISTS {table} (key_hash BLOB NOT NULL PRIMARY KEY, value BLOB, counter BIGINT, expires_at BIGINT NOT NULL)"
	g.index = "CREATE INDEX IF NOT EXISTS {index of schema} ON {own name} (expires_at)"
	return g
}

// postgres takes the time of the statement: now() stands still in a transaction. Rows
// that a transaction has locked are not waited for when expired ones are deleted.
func postgres() grammar {
	g := standard()
	g.mark = "$"
	g.now, g.given = "CAST(FLOOR(EXTRACT(EPOCH FROM statement_timestamp()) * 1000) AS bigint)", "CAST({clock} AS bigint)"
	g.deleteExpired = "DELETE FROM {table} WHERE key_hash IN (SELECT key_hash FROM {table}" +
		" WHERE key_hash IN ({keys}) AND expires_at <= {now} FOR UPDATE SKIP LOCKED)"
	g.create = "CREATE TABLE IF NOT EXISTS {table} (key_hash bytea NOT NULL PRIMARY KEY, value bytea, counter bigint, expires_at bigint NOT NULL)"
	g.index = "CREATE INDEX IF NOT EXISTS {index} ON {table} (expires_at)"
	return g
}
