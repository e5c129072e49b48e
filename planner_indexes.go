package authplugin

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

func (p *planner) planIndexes(b *binding, table *dialect.Table, added map[string]bool) error {
	recommended := map[string]bool{}
	for _, x := range b.model.indexes {
		recommended[x.name] = x.recommended
	}
	for _, x := range b.schema.ParseIndexes() {
		columns := indexColumns(x)
		if slices.ContainsFunc(columns, func(c string) bool { return c == "" || p.unsafeColumn(b, c) }) || p.covered(table, columns, x.Class == "UNIQUE") {
			continue
		}
		if x.Class == "UNIQUE" && !recommended[x.Name] && !slices.ContainsFunc(columns, func(c string) bool { return added[c] }) {
			duplicate, err := p.duplicates(b.model.table, columns)
			if err != nil {
				return err
			}
			if duplicate {
				p.unsafe(b.model.table, x.Name, "rows already there have the same values in a unique index",
					"remove the duplicates: "+p.duplicatesQuery(b.model.table, columns))
				continue
			}
		}
		if p.unlimited(table, columns) {
			if recommended[x.Name] {
				continue
			}
			p.drift(b, DriftIndex, columns[0], fmt.Sprintf("cannot be part of the index %s: MySQL indexes text of limited length only", x.Name))
			continue
		}
		sql, err := p.record(b, func(tx *gorm.DB, value any) error { return tx.Migrator().CreateIndex(value, x.Name) })
		if err != nil {
			return err
		}
		step := p.indexStep(b, table, x.Name, sql)
		if recommended[x.Name] {
			p.plan.Recommended = append(p.plan.Recommended, step)
		} else {
			p.plan.Steps = append(p.plan.Steps, step)
		}
	}
	return nil
}

// unlimited reports whether a column that exists has a type that MySQL cannot
// index; MariaDB can, by a hash.
func (p *planner) unlimited(table *dialect.Table, columns []string) bool {
	if p.dialect.Name() != "mysql" || p.server.mariaDB {
		return false
	}
	return slices.ContainsFunc(columns, func(name string) bool {
		c := p.column(table, name)
		return c != nil && containsAny(c.Type, "text", "blob", "json")
	})
}

func indexColumns(x *schema.Index) []string {
	columns := make([]string, len(x.Fields))
	for i, f := range x.Fields {
		columns[i] = f.DBName
		if f.Expression != "" {
			columns[i] = ""
		}
	}
	return columns
}

// covered reports whether an index that is there already does the work: a
// unique one over exactly these columns, or any that begins with them.
func (p *planner) covered(table *dialect.Table, columns []string, unique bool) bool {
	for _, x := range table.Indexes {
		if x.Invalid || len(x.Columns) < len(columns) || (unique && (!x.Unique || len(x.Columns) != len(columns))) {
			continue
		}
		// A unique index that leaves NULL out is one that counts NULLs as different.
		if x.Partial && (!unique || p.dialect.Name() != "sqlserver") {
			continue
		}
		have := x.Columns[:len(columns)]
		same := slices.EqualFunc(have, columns, func(a, b string) bool {
			return p.dialect.FoldIdentifier(a) == p.dialect.FoldIdentifier(b)
		})
		if same || (unique && p.sameSet(have, columns)) {
			return true
		}
	}
	return false
}

func (p *planner) sameSet(a, b []string) bool {
	fold := func(names []string) []string {
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = p.dialect.FoldIdentifier(n)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(fold(a), fold(b))
}

func (p *planner) duplicatesQuery(table string, columns []string) string {
	quoted, notNull := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = p.quote(c)
		notNull[i] = quoted[i] + " IS NOT NULL"
	}
	list := strings.Join(quoted, ", ")
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s GROUP BY %s HAVING COUNT(*) > 1", list, p.quote(table), strings.Join(notNull, " AND "), list)
}

func (p *planner) duplicates(table string, columns []string) (bool, error) {
	query := p.duplicatesQuery(table, columns)
	return p.exists(query + " " + p.limitOne())
}
