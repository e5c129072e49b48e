package databasestore

// The columns of the table. Unquoted, they are no reserved words anywhere.
const (
	keyColumn    = "key_hash"
	valueColumn  = "value"
	countColumn  = "counter"
	expiryColumn = "expires_at"
)

// live is the condition for the row of a key that has not expired.
const live = "key_hash = {key} AND expires_at > {now}"

// batch is how many rows one statement deletes at most.
const batch = 500

// grammar is what differs by database: the templates of the statements, each of which
// is atomic by itself.
type grammar struct {
	// mark begins a parameter.
	mark string
	// now is the time of the statement's beginning in Unix milliseconds, the same
	// wherever it stands in one; given is the parameter that replaces it.
	now, given string
	// begin makes a variable of the {time} where an expression would not do, before
	// statements that ask for the time.
	begin, variable string

	get, set, increment, swapAbsent, swap, swapDelete, deleteKeys string
	// take deletes a value and returns it. Where it is empty, lockedGet and
	// swapDelete do that.
	take, lockedGet string
	// expired are the keys of a batch of expired rows, which deleteExpired deletes.
	expired, deleteExpired string
	// create and index are DDL. A database without index has it in create.
	create, index string
	// byInsertID says that a swap tells its success by the last insert id, which is
	// [lost] when it had none, and that increment gives the counter there.
	byInsertID bool
	// hexKeys has keys sent as text: while a statement with other bytes runs, MySQL
	// cannot show its list of processes (error 3854).
	hexKeys bool
	// prepares says that statements are worth to be prepared, since neither the driver
	// nor the server keeps what it knows of their text.
	prepares bool
}

// lost is the insert id of a swap that failed.
const lost = 2

// grammars are those of GORM's dialectors.
func grammars(dialector string) (grammar, bool) {
	switch dialector {
	case "sqlite":
		return sqlite(), true
	case "postgres":
		return postgres(), true
	case "mysql":
		return mysql(), true
	case "sqlserver":
		return sqlserver(), true
	default:
		return grammar{}, false
	}
}
