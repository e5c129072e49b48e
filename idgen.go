package authplugin

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/google/uuid"
)

// IDStrategy says who makes the ids of a model and what their column is. It is
// one of [Random], [UUID], [Serial], [Database], [IDFunc] and [DatabaseDefault].
// An id that the caller supplies is kept under every strategy.
type IDStrategy interface {
	idStrategy() idSpec
}

type idStrategyName string

// The strategies that need no options.
const (
	// Random makes 32 characters a-zA-Z0-9 with crypto/rand, as Better Auth
	// does. It is the default.
	Random idStrategyName = "random"
	// UUID makes a version 4 UUID. PostgreSQL generates it, in a column of type
	// uuid; on SQL Server the column is a uniqueidentifier; elsewhere it is text
	// of 36 characters, and the application generates it.
	UUID idStrategyName = "uuid"
	// Serial lets the database count: a 64-bit auto-increment integer. It is
	// still text in Go; text that is no such number finds nothing.
	Serial idStrategyName = "serial"
	// Database leaves ids to a default that the id column of the existing table
	// already has. db.Use refuses it when there is none, and on a database that
	// cannot hand a generated id back (MySQL, unless it is an auto-increment
	// integer). To have the table created, use [DatabaseDefault].
	Database idStrategyName = "database"
)

// idSpec is what an IDStrategy means.
type idSpec struct {
	name idStrategyName
	// fn makes an id; it may decline.
	fn func(ctx context.Context, model string) (ID, bool)
	// dbDefault is the SQL of the column's default, columnType its type.
	dbDefault, columnType string
}

func (s idStrategyName) idStrategy() idSpec { return idSpec{name: s} }

// IDFunc makes ids with a function of the application, which is given the
// logical name of the model. When it declines with false, the database must
// generate the id, under the conditions of [Database]. The column holds text of
// up to 255 characters. fn must be safe for concurrent use.
func IDFunc(fn func(ctx context.Context, model string) (id ID, ok bool)) IDStrategy {
	return idFunc{fn: fn}
}

type idFunc struct {
	fn func(ctx context.Context, model string) (ID, bool)
}

func (f idFunc) idStrategy() idSpec { return idSpec{name: "function", fn: f.fn} }

// DatabaseDefault leaves ids to a default of the database that is given as SQL,
// such as DatabaseDefault("gen_random_uuid()", "uuid"). The text is put into
// the table's definition as it stands, so it must not come from outside. An
// empty column type is text of up to 255 characters. It is refused on MySQL,
// which cannot hand such an id back (MariaDB can).
func DatabaseDefault(sql, columnType string) IDStrategy {
	return databaseDefault{sql: sql, columnType: columnType}
}

type databaseDefault struct{ sql, columnType string }

func (d databaseDefault) idStrategy() idSpec {
	return idSpec{name: Database, dbDefault: d.sql, columnType: d.columnType}
}

const (
	idAlphabet   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	randomIDSize = 32
)

// randomText returns n characters a-zA-Z0-9. Bytes of 248 and more are thrown
// away, so that every character is equally likely.
func randomText(n int) string {
	const limit = 256 - 256%len(idAlphabet)
	var buffer [64]byte
	var b strings.Builder
	b.Grow(n)
	for {
		some := buffer[:min(n-b.Len()+n/8, len(buffer))]
		_, _ = rand.Read(some) // it never fails: crypto/rand ends the program instead
		for _, c := range some {
			if int(c) < limit {
				b.WriteByte(idAlphabet[int(c)%len(idAlphabet)])
				if b.Len() == n {
					return b.String()
				}
			}
		}
	}
}

// generate makes the id of a new row, unless the database is to do so.
func (m *model) generateID(ctx context.Context) (ID, bool) {
	switch {
	case m.id.spec.fn != nil:
		return m.id.spec.fn(ctx, m.name)
	case m.id.generated:
		return "", false
	case m.id.spec.name == UUID:
		return ID(uuid.NewString()), true
	default:
		return ID(randomText(randomIDSize)), true
	}
}

// idScheme is the strategy of a model as it is carried out on the database at hand.
type idScheme struct {
	spec idSpec
	kind idKind
	// generated says that the database makes the id when none is supplied.
	generated bool
	// autoIncrement says that it does so by counting.
	autoIncrement bool
	// narrow says that the driver may refuse an id of more than 32 bits.
	narrow bool
	// size is the length of a text column.
	size int
	// columnType is the column's type where the strategy names it.
	columnType string
}
