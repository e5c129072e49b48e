package authplugin

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// endRows is the setting by which a delete of sessions ends their rows instead of
// deleting them, see [SessionConfig.PreserveInDatabase].
const endRows = "authplugin:end_rows"

// endClause is a clause of every delete of sessions, as GORM's own for soft deletes.
// The statement stays a delete to hooks and callbacks.
type endClause struct{ b *binding }

var (
	_ clause.Interface       = endClause{}
	_ gorm.StatementModifier = endClause{}
)

// Name implements clause.Interface.
func (endClause) Name() string { return "" }

// Build implements clause.Interface.
func (endClause) Build(clause.Builder) {}

// MergeClause implements clause.Interface.
func (endClause) MergeClause(*clause.Clause) {}

// ModifyStatement implements gorm.StatementModifier.
func (e endClause) ModifyStatement(stmt *gorm.Statement) {
	if _, ok := stmt.Settings.Load(endRows); !ok || stmt.SQL.Len() > 0 || stmt.Unscoped {
		return
	}
	now := e.b.core.times.store(e.b.core.now())
	column := func(name string) clause.Column { return clause.Column{Name: e.b.model.byName[name].column} }
	stmt.AddClause(clause.Set{{Column: column("expiresAt"), Value: now}, {Column: column("updatedAt"), Value: now}})
	stmt.AddClauseIfNotExists(clause.Update{})
	stmt.Build(stmt.DB.Callback().Update().Clauses...)
}

// endInstead has deletes of sessions look at the setting.
func (c *core) endInstead() {
	if !c.cfg.Session.PreserveInDatabase {
		return
	}
	for _, b := range c.bindings {
		if b.model.name == ModelSession {
			b.schema.DeleteClauses = append(b.schema.DeleteClauses, endClause{b})
		}
	}
}
