package authplugin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// settleIDs decides how each model's strategy is carried out on the database at
// hand, and refuses what it cannot do.
func (c *core) settleIDs(ctx context.Context) error {
	var errs []error
	var catalog *dialect.Catalog
	for _, m := range c.schema.models {
		spec := m.id.spec
		if m.tableless && spec.fn == nil && spec.name != UUID {
			spec.name = Random // no database makes the ids of a model without a table
			m.id.spec = spec
		}
		switch spec.name {
		case Random:
			m.id.size = 36
		case UUID:
			m.id.size = 36
			switch c.dialect.Name() {
			case "postgres":
				m.id.kind, m.id.generated = uuidID, true
				m.id.spec.dbDefault = "gen_random_uuid()"
			case "sqlserver":
				m.id.kind = uuidID
			}
		case Serial:
			m.id.kind, m.id.generated, m.id.autoIncrement = intID, true, true
		default:
			if catalog == nil {
				var err error
				if catalog, err = c.inspect(ctx); err != nil {
					return err
				}
			}
			if err := c.settleDatabaseID(m, catalog.Tables[m.table]); err != nil {
				errs = append(errs, err)
			}
		}
		m.id.narrow = m.id.kind == intID && c.dialect.Name() == "postgres"
		c.convertsIDs = c.convertsIDs || m.id.kind != textID
	}
	return errors.Join(errs...)
}

// settleDatabaseID looks at the default that the id column has, or is to have.
func (c *core) settleDatabaseID(m *model, table *dialect.Table) error {
	m.id.size = 255
	declines := m.id.spec.fn != nil
	path := m.path + ".GenerateID"
	if column := idColumn(m, table); column != nil {
		m.id.kind = kindOfColumn(column.Type)
		if m.id.kind == textID {
			m.id.columnType = column.Type
		}
		m.id.autoIncrement = column.AutoIncrement
		m.id.generated = column.AutoIncrement || column.Default != nil
		if column.Default != nil {
			m.id.spec.dbDefault = *column.Default
		}
		if !m.id.generated && !declines {
			return &ConfigError{Path: path, Problem: fmt.Sprintf("the column %s of the existing table %q has no default; give it one, or choose another strategy", column.Name, m.table)}
		}
	} else {
		if m.id.spec.dbDefault != "" {
			m.id.generated = true
			m.id.columnType = strings.ToLower(m.id.spec.columnType)
			m.id.kind = kindOfColumn(m.id.columnType)
		} else if !declines {
			return &ConfigError{Path: path, Problem: fmt.Sprintf("the table %q does not exist, so it has no default for ids; use DatabaseDefault(sql, type), or choose another strategy", m.table)}
		}
	}
	if m.id.generated && !m.id.autoIncrement && c.dialect.Name() == "mysql" && !c.server.mariaDB {
		if declines {
			m.id.generated = false
			return nil
		}
		return &ConfigError{Path: path, Problem: "MySQL cannot hand back an id that a default has made; choose another strategy, or an auto-increment column"}
	}
	return nil
}

func idColumn(m *model, table *dialect.Table) *dialect.Column {
	if table == nil {
		return nil
	}
	for i := range table.Columns {
		if strings.EqualFold(table.Columns[i].Name, m.primary().column) {
			return &table.Columns[i]
		}
	}
	return nil
}

// kindOfColumn tells how ids are stored from the column's type.
func kindOfColumn(sqlType string) idKind {
	switch t := strings.ToLower(sqlType); {
	case strings.Contains(t, "int") || strings.Contains(t, "serial"):
		return intID
	case t == "uuid" || t == "uniqueidentifier":
		return uuidID
	default:
		return textID
	}
}

// unresolvedType marks a column whose type cannot be told; refuseUnresolved
// finds it in the statement before the database does.
const unresolvedType = "authplugin_unresolved_reference"

// idColumnType is the column type of a field of type ID: of a model of ours, or
// of a reference in a table of the application. db is the handle of the migration.
func (c *core) idColumnType(db *gorm.DB, sf *schema.Field) string {
	if b := c.bindings[sf.Schema]; b != nil {
		bf := b.columns[sf.DBName]
		if bf == nil || bf.idTarget() == nil {
			return ""
		}
		return c.columnType(bf.field)
	}
	c.learnIDTypes(db)
	m, err := c.referencedModel(sf)
	switch {
	case errors.Is(err, errNoReference):
		return ""
	case err != nil:
		return unresolvedType + "/*" + err.Error() + "*/"
	default:
		return c.typeOfID(m, false)
	}
}

var errNoReference = errors.New("not a reference")

// referencedModel finds the model whose ids a field of an application's table
// holds: by its relation, by its tag, or because all models have the same ids.
func (c *core) referencedModel(sf *schema.Field) (*model, error) {
	if m := c.relatedModel(sf); m != nil {
		return m, nil
	}
	if target, ok := parseTag(sf.Tag.Get("auth"))["references"]; ok {
		name, _, _ := strings.Cut(target, ".")
		if m := c.schema.byName[name]; m != nil {
			return m, nil
		}
		return nil, fmt.Errorf("authplugin: %s.%s references the model %s, which does not exist", sf.Schema.Name, sf.Name, name)
	}
	if sf.PrimaryKey {
		return nil, errNoReference
	}
	first := c.schema.models[0]
	for _, m := range c.schema.models {
		if c.typeOfID(m, false) != c.typeOfID(first, false) {
			return nil, fmt.Errorf("authplugin: the models have ids of several types: say which one %s.%s references, with a relation or the tag auth references:user", sf.Schema.Name, sf.Name)
		}
	}
	return first, nil
}

func (c *core) relatedModel(sf *schema.Field) *model {
	relations := &sf.Schema.Relationships
	relations.Mux.RLock()
	defer relations.Mux.RUnlock()
	for _, rel := range relations.Relations {
		for _, ref := range rel.References {
			if ref.ForeignKey != sf || ref.PrimaryKey == nil {
				continue
			}
			if b := c.bindings[ref.PrimaryKey.Schema]; b != nil {
				if bf := b.columns[ref.PrimaryKey.DBName]; bf != nil {
					if m := bf.idTarget(); m != nil {
						return m
					}
				}
			}
		}
	}
	return nil
}

// refuseUnresolved stops DDL whose column type could not be told.
func (c *core) refuseUnresolved(db *gorm.DB) {
	sql := db.Statement.SQL.String()
	_, after, ok := strings.Cut(sql, unresolvedType)
	if db.Error != nil || !ok {
		return
	}
	message := after
	message = strings.TrimPrefix(message, "/*")
	message, _, _ = strings.Cut(message, "*/")
	_ = db.AddError(errors.New(message))
}
