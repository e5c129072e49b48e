package tests

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// fakeServer is a SQL Server that knows DDL and its catalog, and no rows. It
// understands the statements that the library emits, and reports others.
type fakeServer struct {
	tables  map[string]*fakeTable
	schemas []string
	unknown []string
	// busy is how many of the next ALTER statements wait for a lock in vain.
	busy int
}

// fakeTable holds rows of the two catalog statements of internal/dialect,
// without their first column, the number of the table.
type fakeTable struct {
	columns, keys [][]driver.Value
}

func newFakeServer() *fakeServer { return &fakeServer{tables: map[string]*fakeTable{}} }

// use opens the server with the plugin.
func (s *fakeServer) use(t *testing.T, cfg authplugin.Config, gormConfig *gorm.Config) *authplugin.Auth {
	t.Helper()
	db, _ := s.open(t, gormConfig)
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		t.Fatalf("db.Use: %v", err)
	}
	return auth
}

// open makes a connection, whose statements are recorded. At the end of the
// test every one of them must be Transact-SQL.
func (s *fakeServer) open(t *testing.T, gormConfig *gorm.Config) (*gorm.DB, *sqlrecorder.Recording) {
	t.Helper()
	pool, recording := sqlrecorder.Open()
	recording.Answer(s.answer)
	config := gorm.Config{}
	if gormConfig != nil {
		config = *gormConfig
	}
	config.Logger = logger.Discard
	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &config)
	must(t, err)
	t.Cleanup(func() {
		must(t, pool.Close())
		checkTSQL(t, recording)
		if len(s.unknown) > 0 {
			t.Errorf("DDL that the fake does not know:\n%s", strings.Join(s.unknown, "\n"))
		}
	})
	return db, recording
}

// checkTSQL has every recorded statement checked. Of transactions only the fact
// is recorded, not the text.
func checkTSQL(t *testing.T, recording *sqlrecorder.Recording) {
	t.Helper()
	for _, query := range recording.SQL() {
		if query == "BEGIN" || query == "COMMIT" || query == "ROLLBACK" {
			continue
		}
		if err := sqlrecorder.Check(query); err != nil {
			t.Error(err)
		}
	}
}

// answer implements sqlrecorder's answers.
func (s *fakeServer) answer(statement sqlrecorder.Statement) *sqlrecorder.Answer {
	query := statement.SQL
	switch {
	case strings.Contains(query, "sp_getapplock"), strings.Contains(query, "sp_releaseapplock"):
		return &sqlrecorder.Answer{Columns: []string{""}, Rows: [][]driver.Value{{int64(0)}}}
	case query == "SELECT @@LOCK_TIMEOUT":
		return &sqlrecorder.Answer{Columns: []string{""}, Rows: [][]driver.Value{{int64(-1)}}}
	case strings.Contains(query, "information_schema.schemata"):
		n := int64(0)
		if slices.Contains(s.schemas, fmt.Sprint(statement.Args[0])) {
			n = 1
		}
		return &sqlrecorder.Answer{Columns: []string{""}, Rows: [][]driver.Value{{n}}}
	case strings.Contains(query, "sys.foreign_keys AS fk"):
		return s.catalog(statement, 13, func(t *fakeTable) [][]driver.Value { return t.keys })
	case strings.Contains(query, "sys.columns AS c"):
		return s.catalog(statement, 10, func(t *fakeTable) [][]driver.Value { return t.columns })
	case strings.HasPrefix(query, "ALTER ") && s.busy > 0:
		s.busy--
		return &sqlrecorder.Answer{Err: mssql.Error{Number: 1222, Message: "Lock request time out period exceeded."}}
	case strings.HasPrefix(query, "CREATE "), strings.HasPrefix(query, "ALTER "), strings.HasPrefix(query, "DROP "):
		if !s.define(query) {
			s.unknown = append(s.unknown, query)
		}
	}
	return nil
}

// catalog answers a question for tables, whose schema and name are the arguments.
func (s *fakeServer) catalog(statement sqlrecorder.Statement, width int, rows func(*fakeTable) [][]driver.Value) *sqlrecorder.Answer {
	answer := &sqlrecorder.Answer{Columns: make([]string, width)}
	for i := 0; i+1 < len(statement.Args); i += 2 {
		name := strings.TrimPrefix(fmt.Sprintf("%s.%s", statement.Args[i], statement.Args[i+1]), ".")
		if table := s.tables[name]; table != nil {
			for _, row := range rows(table) {
				answer.Rows = append(answer.Rows, append([]driver.Value{int64(i / 2)}, row...))
			}
		}
	}
	return answer
}

var (
	createSchema = regexp.MustCompile(`^CREATE SCHEMA "([^"]+)"$`)
	createTable  = regexp.MustCompile(`^CREATE TABLE (\S+) \((.*)\)$`)
	createIndex  = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX "([^"]+)" ON ("\S+")\(([^)]*)\)( WHERE .*)?$`)
	addElement   = regexp.MustCompile(`^ALTER TABLE (\S+) ADD (.*)$`)
	columnDef    = regexp.MustCompile(`^"([^"]+)" ([a-z0-9]+)(?:\((\w+)\))?( IDENTITY\(1,1\))?( NOT NULL)?(?:\s+DEFAULT\s+(.+))?$`)
	primaryKey   = regexp.MustCompile(`^PRIMARY KEY \(([^)]*)\)$`)
	foreignKey   = regexp.MustCompile(`^CONSTRAINT "([^"]+)" FOREIGN KEY \("([^"]+)"\) REFERENCES (\S+)\("([^"]+)"\)(?: ON DELETE (CASCADE|SET NULL|NO ACTION))?$`)
)

// define carries out one statement of DDL, if it is one that is known.
func (s *fakeServer) define(query string) bool {
	if m := createSchema.FindStringSubmatch(query); m != nil {
		s.schemas = append(s.schemas, m[1])
		return true
	}
	if m := createTable.FindStringSubmatch(query); m != nil {
		name := unquote(m[1])
		if s.tables[name] != nil {
			return false
		}
		s.tables[name] = &fakeTable{}
		for _, element := range splitList(m[2]) {
			if !s.add(name, element) {
				return false
			}
		}
		return true
	}
	if m := createIndex.FindStringSubmatch(query); m != nil {
		return s.addIndex(unquote(m[3]), m[2], m[4], m[1] != "", false, m[5] != "")
	}
	if m := addElement.FindStringSubmatch(query); m != nil {
		return s.add(unquote(m[1]), m[2])
	}
	return false
}

// add adds a column or a constraint to a table.
func (s *fakeServer) add(name, element string) bool {
	table := s.tables[name]
	if table == nil {
		return false
	}
	bare := bareName(name)
	if m := primaryKey.FindStringSubmatch(element); m != nil {
		for _, column := range table.columns {
			if `"`+column[1].(string)+`"` == m[1] {
				column[6] = false
			}
		}
		return s.addIndex(name, "PK__"+bare, m[1], true, true, false)
	}
	if m := foreignKey.FindStringSubmatch(element); m != nil {
		target := bareName(unquote(m[3]))
		table.keys = append(table.keys, []driver.Value{bare, "f", m[1], int64(1), m[2], false, false, false, false, target, m[4], cmp.Or(m[5], "NO ACTION")})
		return s.canReference(unquote(m[3]), m[4])
	}
	m := columnDef.FindStringSubmatch(element)
	if m == nil {
		return false
	}
	var def any
	if m[6] != "" {
		def = "(" + m[6] + ")"
	}
	length, scale := sizeOf(m[2], m[3])
	table.columns = append(table.columns, []driver.Value{bare, m[1], m[2], length, int64(0), scale, m[5] == "", def, m[4] != ""})
	return true
}

// canReference tells whether a column has a unique index without a filter,
// which a foreign key needs.
func (s *fakeServer) canReference(name, column string) bool {
	table := s.tables[name]
	return table != nil && slices.ContainsFunc(table.keys, func(key []driver.Value) bool {
		single := 0
		for _, other := range table.keys {
			if other[2] == key[2] {
				single++
			}
		}
		return key[1] == "i" && key[4] == column && key[5] == true && key[7] == false && single == 1
	})
}

// cascadeProblem says why the server would refuse the foreign keys with error
// 1785: CASCADE and SET NULL may reach a table from another by one path only,
// and never from itself.
func (s *fakeServer) cascadeProblem() string {
	edges := map[string][]string{}
	for name, table := range s.tables {
		for _, key := range table.keys {
			if key[1] == "f" && key[11] != "NO ACTION" {
				target := key[9].(string)
				edges[target] = append(edges[target], bareName(name))
			}
		}
	}
	for start := range edges {
		reached, queue := map[string]bool{start: true}, []string{start}
		for len(queue) > 0 {
			for _, next := range edges[queue[0]] {
				if reached[next] {
					return fmt.Sprintf("%s is reached from %s by more than one path", next, start)
				}
				reached[next] = true
				queue = append(queue, next)
			}
			queue = queue[1:]
		}
	}
	return ""
}

// sizeOf is what sys.columns says: a length in bytes, -1 for max, and a scale.
func sizeOf(sqlType, size string) (length, scale int64) {
	n, err := strconv.ParseInt(size, 10, 64)
	switch {
	case strings.EqualFold(size, "max"):
		return -1, 0
	case err == nil && sqlType == "nvarchar":
		return 2 * n, 0
	case err == nil && strings.HasPrefix(sqlType, "datetime"):
		return 8, n
	default:
		return 8, 0
	}
}

// addIndex refuses keys that are too long: 900 bytes for the clustered primary
// key, 1700 for others.
func (s *fakeServer) addIndex(name, index, columns string, unique, primary, filtered bool) bool {
	table := s.tables[name]
	if table == nil {
		return false
	}
	bare := bareName(name)
	length, limit := int64(0), int64(1700)
	if primary {
		limit = 900
	}
	for i, column := range strings.Split(columns, ",") {
		at := slices.IndexFunc(table.columns, func(row []driver.Value) bool { return row[1] == unquote(column) })
		if at < 0 || table.columns[at][3].(int64) < 0 {
			return false
		}
		length += table.columns[at][3].(int64)
		table.keys = append(table.keys, []driver.Value{bare, "i", index, int64(i + 1), unquote(column), unique, primary, filtered, false, nil, nil, nil})
	}
	return length <= limit
}

func unquote(name string) string { return strings.ReplaceAll(name, `"`, "") }

// bareName is a table's name without its schema.
func bareName(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// splitList splits at the commas outside of brackets and strings.
func splitList(list string) []string {
	var parts []string
	depth, quoted, start := 0, false, 0
	for i, c := range list {
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, list[start:i])
			start = i + 1
		}
	}
	return append(parts, list[start:])
}
