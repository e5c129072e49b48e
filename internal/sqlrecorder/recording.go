// Package sqlrecorder records the SQL that GORM and the library emit for SQL
// Server, where there is no SQL Server. It is imported by tests only.
//
// Open returns a *sql.DB on a driver that keeps every statement and answers
// from the statement alone. GORM takes it as its connection:
//
//	pool, recording := sqlrecorder.Open()
//	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &gorm.Config{})
//
// Check judges whether a recorded statement is Transact-SQL. Both together show
// that the text is right; what a server does with it stays unproven.
package sqlrecorder

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"
	"sync"
)

// Statement is one statement that reached the driver. Transactions are BEGIN,
// COMMIT and ROLLBACK; a prepared statement is recorded whenever it is executed.
type Statement struct {
	SQL string
	// Args are the values as the driver would send them: int64, float64, bool,
	// []byte, string, time.Time or nil; a named one is a sql.NamedArg, and a
	// type of go-mssqldb's own stays as it is.
	Args []any
}

// Answer is what a statement gets back.
type Answer struct {
	// Columns and Rows answer a query.
	Columns []string
	Rows    [][]driver.Value
	// RowsAffected answers a statement that is executed.
	RowsAffected int64
	// Err, if set, is the whole answer.
	Err error
}

// Recording is what a database from Open has heard. Its methods may be called
// from several goroutines.
type Recording struct {
	mutex      sync.Mutex
	statements []Statement
	answers    []func(Statement) *Answer
	lastID     int64
}

// Open returns a database that records. Any number of databases may be open;
// they share nothing.
//
// Without Answer, a query has an empty result without columns, with one
// exception: INSERT and MERGE with OUTPUT INSERTED."column" answer one row for
// each row of VALUES, whose values are 1, 2, 3 and so on through the life of
// the recording. A statement that is executed affects one row. As with the real driver,
// Result.LastInsertId is an error, and so is an argument of a type that the
// driver cannot send.
func Open() (*sql.DB, *Recording) {
	recording := &Recording{}

	return sql.OpenDB(&connector{recording}), recording
}

// Statements returns what was recorded since the last Reset, in order.
func (r *Recording) Statements() []Statement {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return slices.Clone(r.statements)
}

// SQL returns the text of Statements.
func (r *Recording) SQL() []string {
	statements := r.Statements()

	texts := make([]string, len(statements))
	for i, s := range statements {
		texts[i] = s.SQL
	}

	return texts
}

// Reset forgets the statements. Answers and the count of generated values stay.
func (r *Recording) Reset() {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.statements = nil
}

// Answer has f asked for the answer to every later statement, BEGIN, COMMIT and
// ROLLBACK included, of which only Err counts. A nil answer leaves the statement
// to the function that was given before, and at last to the default. f must not
// call the recording's methods, and is never called twice at the same time.
func (r *Recording) Answer(f func(Statement) *Answer) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.answers = append(r.answers, f)
}

// Containing gives one answer to every statement whose text contains part, for
// Recording.Answer.
func Containing(part string, answer Answer) func(Statement) *Answer {
	return func(s Statement) *Answer {
		if !strings.Contains(s.SQL, part) {
			return nil
		}

		return &answer
	}
}

// record keeps a statement and returns its answer.
func (r *Recording) record(query string, args []driver.NamedValue) Answer {
	s := Statement{SQL: query}

	for _, arg := range args {
		// The caller may use its buffer again.
		if buffer, ok := arg.Value.([]byte); ok {
			arg.Value = bytes.Clone(buffer)
		}

		if arg.Name != "" {
			s.Args = append(s.Args, sql.Named(arg.Name, arg.Value))
		} else {
			s.Args = append(s.Args, arg.Value)
		}
	}

	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.statements = append(r.statements, s)

	for _, f := range slices.Backward(r.answers) {
		if answer := f(s); answer != nil {
			return *answer
		}
	}

	return r.defaultAnswer(query)
}

// defaultAnswer is called with the mutex held.
func (r *Recording) defaultAnswer(query string) Answer {
	answer := Answer{RowsAffected: 1}

	columns, rows := outputInserted(query)
	answer.Columns = columns

	for range rows {
		r.lastID++

		row := make([]driver.Value, len(columns))
		for i := range row {
			row[i] = r.lastID
		}

		answer.Rows = append(answer.Rows, row)
	}

	return answer
}
