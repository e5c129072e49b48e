package dbtest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Recorder is a GORM logger that keeps the SQL of every statement, failed ones
// included, with the values filled in. Give it to gorm.Config.Logger or
// gorm.Session.Logger. It may be used from several goroutines and by several
// *gorm.DB.
//
// It hears what GORM hears: the BEGIN and COMMIT of GORM's transactions and
// statements sent to the *sql.DB directly are not among it.
type Recorder struct {
	mutex      sync.Mutex
	statements []string
}

var (
	_ logger.Interface  = (*Recorder)(nil)
	_ gorm.ParamsFilter = (*Recorder)(nil)
)

// NewRecorder returns a recorder that has heard nothing.
func NewRecorder() *Recorder {
	return &Recorder{}
}

// Statements returns what was recorded since the last Reset, in order.
func (r *Recorder) Statements() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return slices.Clone(r.statements)
}

// DDL returns those of Statements that change the schema: they begin with
// CREATE, ALTER, DROP, COMMENT or RENAME, in whatever case.
func (r *Recorder) DDL() []string {
	return slices.DeleteFunc(r.Statements(), func(statement string) bool { return !isDDL(statement) })
}

// Reset forgets what was recorded.
func (r *Recorder) Reset() {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.statements = nil
}

// LogMode implements logger.Interface. It records at every level.
func (r *Recorder) LogMode(logger.LogLevel) logger.Interface { return r }

// Info implements logger.Interface. It drops the message.
func (r *Recorder) Info(context.Context, string, ...any) {}

// Warn implements logger.Interface. It drops the message.
func (r *Recorder) Warn(context.Context, string, ...any) {}

// Error implements logger.Interface. It drops the message.
func (r *Recorder) Error(context.Context, string, ...any) {}

// Trace implements logger.Interface.
func (r *Recorder) Trace(_ context.Context, _ time.Time, statement func() (sql string, rowsAffected int64), _ error) {
	sql, _ := statement()

	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.statements = append(r.statements, sql)
}

// ParamsFilter implements gorm.ParamsFilter: a recorded statement shows all its
// values, so that a test can look for a value that must not be there.
func (r *Recorder) ParamsFilter(_ context.Context, sql string, params ...any) (string, []any) {
	return sql, params
}

func isDDL(statement string) bool {
	words := strings.Fields(statement)

	return len(words) > 0 && slices.Contains([]string{"CREATE", "ALTER", "DROP", "COMMENT", "RENAME"}, strings.ToUpper(words[0]))
}
