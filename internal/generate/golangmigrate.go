package generate

import (
	"slices"

	"github.com/gorm-auth/authplugin"
)

// multiStatements stands in files for MySQL, whose driver sends one statement
// otherwise.
const multiStatements = "-- golang-migrate sends this file as one text: its database URL needs multiStatements=true.\n"

// GolangMigrate writes a plan as migrations of golang-migrate
// (github.com/golang-migrate/migrate): VERSION_name.up.sql and .down.sql. Each file
// is sent to the database as one text, which PostgreSQL runs in one transaction;
// what it cannot run so has files of its own, one for each statement. On MySQL the
// URL needs multiStatements=true. The errors are those of [Script].
func GolangMigrate(plan *authplugin.Plan, o FileOptions) ([]File, error) {
	if err := checkPlan(plan); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	var parts []migration
	for _, m := range migrations(plan, o) {
		parts = append(parts, m.singly()...)
	}
	var files []File
	for i, m := range parts {
		name := o.fileName(i, m)
		files = append(files,
			File{Name: name + ".up.sql", Content: migrateFile(plan.Dialect, m, m.up)},
			File{Name: name + ".down.sql", Content: migrateFile(plan.Dialect, m, m.down)})
	}
	return files, nil
}

func migrateFile(dialect string, m migration, blocks []block) []byte {
	var head string
	if dialect == "mysql" {
		head += multiStatements
	}
	if m.drift {
		head += driftNotice
	}
	if head != "" {
		head += "\n"
	}
	return []byte(head + text(dialect, blocks))
}

// singly divides a migration that runs outside of a transaction by its statements.
// The reverse goes with the one that makes what the reverse drops: the last, since
// before an index there may be the removal of a broken one; but of a foreign key,
// which is validated afterwards, the first.
func (m migration) singly() []migration {
	if !m.alone || len(m.up[0].statements) < 2 {
		return []migration{m}
	}
	up, down := m.up[0], m.down[0]
	reverse := len(up.statements) - 1
	if m.constraint {
		reverse = 0
	}
	out := make([]migration, len(up.statements))
	for i := range out {
		out[i] = m
		out[i].up = []block{{title: up.title, statements: slices.Clone(up.statements[i : i+1])}}
		out[i].down = []block{{title: down.title}}
		if i == reverse {
			out[i].down = []block{down}
		}
	}
	return out
}
