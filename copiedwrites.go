package authplugin

import (
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// copiesOn reports whether an operation on the rows of a model makes copies of sessions
// wrong: updates of sessions and users, and deletes of what their rows go with.
func (c *core) copiesOn(m *model, op Operation) bool {
	if m.name == ModelVerification && c.verificationsIn == StorageAndDatabase {
		return op != OperationCreate
	}
	if !c.sessionsIn.inStorage() || m.tableless || op == OperationCreate {
		return false
	}
	if m.name == ModelSession || m.name == ModelUser {
		return true
	}
	return op == OperationDelete && c.reachesCopies(m, []*model{m})
}

// reachesCopies reports whether deleting rows of a model deletes or changes sessions or
// users, by foreign keys.
func (c *core) reachesCopies(m *model, path []*model) bool {
	return slices.ContainsFunc(c.schema.tables(), func(child *model) bool {
		if slices.Contains(path, child) {
			return false
		}
		return slices.ContainsFunc(child.references(), func(f *field) bool {
			if f.ref.model != m || (f.ref.onDelete != Cascade && f.ref.onDelete != SetNull) {
				return false
			}
			return child.name == ModelSession || child.name == ModelUser ||
				f.ref.onDelete == Cascade && c.reachesCopies(child, append(slices.Clip(path), child))
		})
	})
}

// noteCopies notes the copies that writing the batch at hand makes wrong.
func (r *hookRun) noteCopies(db *gorm.DB) error {
	if !r.chain.copied || len(r.plan.rows) == 0 {
		return nil
	}
	stale := r.core.newStaleCopies(db.Statement.Context)
	deleted := r.chain.operation == OperationDelete
	tx := db.Session(&gorm.Session{NewDB: true})
	var err error
	switch {
	case r.b.model.name == ModelSession:
		r.noteSessions(stale, deleted)
	case r.b.model.name == ModelVerification:
		r.noteVerifications(stale, deleted)
	case deleted:
		if r.b.model.name == ModelUser {
			stale.noteUsers(r.plan.ids(), true)
		}
		err = r.core.noteReached(tx, stale, r.b.model, []*model{r.b.model}, func(column clause.Column) clause.Expression {
			return clause.IN{Column: column, Values: r.plan.ids()}
		})
	default:
		stale.noteUsers(r.plan.ids(), false)
		err = r.core.noteSessionsOf(tx, stale, r.plan.ids())
	}
	if err != nil {
		return r.core.translate(r.b.model, err)
	}
	return r.core.discard(db, stale)
}

// noteSessions notes the sessions of the batch. Those that have ended have no copies.
func (r *hookRun) noteSessions(stale *staleCopies, deleted bool) {
	now := r.core.now()
	for _, row := range r.plan.rows {
		at := func(name string) any { return follow(r.b.get(r.b.byName(name), row.row).value) }
		expires, _ := at("expiresAt").(time.Time)
		token, _ := at("token").(string)
		userID, _ := at("userId").(ID)
		if token == "" || deleted && !expires.After(now) {
			continue
		}
		session := staleSession{userID: userID, ended: deleted}
		if !deleted {
			session.expires, _ = toTime(row.values["expiresAt"])
		}
		stale.sessions[r.core.sessionKey(token)] = session
	}
}

func (s *staleCopies) noteUsers(ids []any, ended bool) {
	for _, v := range ids {
		if id, ok := v.(ID); ok {
			s.users[id] = staleUser{ended: ended, at: s.core.now()}
		}
	}
}

// noteSessionsOf notes the sessions of some users.
func (c *core) noteSessionsOf(tx *gorm.DB, stale *staleCopies, users []any) error {
	session := c.schema.byName[ModelSession]
	if session.tableless {
		return nil
	}
	column := clause.Column{Table: clause.CurrentTable, Name: session.byName["userId"].column}
	return c.noteSessionsWhere(tx, stale, clause.IN{Column: column, Values: users}, false)
}

func (c *core) noteSessionsWhere(tx *gorm.DB, stale *staleCopies, where clause.Expression, ended bool) error {
	m := c.schema.byName[ModelSession]
	live := clause.Gt{Column: clause.Column{Table: clause.CurrentTable, Name: m.byName["expiresAt"].column}, Value: c.now()}
	var sessions []Session
	err := tx.Model(&Session{}).Select(m.byName["token"].column, m.byName["userId"].column).
		Clauses(clause.Where{Exprs: []clause.Expression{where, live}}).Find(&sessions).Error
	for _, session := range sessions {
		stale.sessions[c.sessionKey(session.Token)] = staleSession{userID: session.UserID, ended: ended}
	}
	return err
}

// noteReached notes the sessions and users that the database deletes or changes with
// the rows of a model that are deleted. refers is the condition on a column that
// references them.
func (c *core) noteReached(tx *gorm.DB, stale *staleCopies, m *model, path []*model, refers func(clause.Column) clause.Expression) error {
	for _, child := range c.schema.tables() {
		if slices.Contains(path, child) {
			continue
		}
		for _, f := range child.references() {
			if f.ref.model != m || !f.ref.field.primary || (f.ref.onDelete != Cascade && f.ref.onDelete != SetNull) {
				continue
			}
			deleted := f.ref.onDelete == Cascade
			condition := refers(clause.Column{Table: clause.CurrentTable, Name: f.column})
			if err := c.noteChild(tx, stale, child, condition, deleted); err != nil {
				return err
			}
			if !deleted {
				continue
			}
			err := c.noteReached(tx, stale, child, append(slices.Clip(path), child), func(column clause.Column) clause.Expression {
				ids := c.rowsOf(tx, child).Select(child.primary().column).Where(condition)
				return clause.Expr{SQL: "? IN (?)", Vars: []any{column, ids}}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// noteChild notes the sessions or users among the rows of a model that a delete
// reaches.
func (c *core) noteChild(tx *gorm.DB, stale *staleCopies, child *model, condition clause.Expression, deleted bool) error {
	switch child.name {
	case ModelSession:
		return c.noteSessionsWhere(tx, stale, condition, deleted)
	case ModelUser:
		var users []ID
		err := tx.Model(&User{}).Clauses(clause.Where{Exprs: []clause.Expression{condition}}).Pluck(child.primary().column, &users).Error
		if err != nil {
			return err
		}
		ids := make([]any, len(users))
		for i, id := range users {
			ids[i] = id
		}
		stale.noteUsers(ids, deleted)
		if deleted || len(ids) == 0 {
			return nil // their sessions are reached as well
		}
		return c.noteSessionsOf(tx, stale, ids)
	default:
		return nil
	}
}

// discardUpserted notes the copies that a create makes wrong which updates rows that
// are there.
func (c *core) discardUpserted(db *gorm.DB) {
	b := c.written(db)
	if b == nil || db.DryRun || b.model.name == ModelVerification || !c.copiesOn(b.model, OperationUpdate) {
		return
	}
	conflict, ok := db.Statement.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if !ok || conflict.DoNothing {
		return
	}
	where := b.sameRows(db.Statement)
	if len(where) == 0 {
		return
	}
	tx := db.Session(&gorm.Session{NewDB: true})
	stale := c.newStaleCopies(db.Statement.Context)
	var err error
	if b.model.name == ModelSession {
		err = c.noteSessionsWhere(tx, stale, clause.Or(where...), false)
	} else {
		err = c.noteChild(tx, stale, b.model, clause.Or(where...), false)
	}
	if err == nil {
		err = c.discard(db, stale)
	}
	_ = db.AddError(err)
}

// sameRows are the conditions that a row in the table has a key of a row that a create
// writes.
func (b *binding) sameRows(stmt *gorm.Statement) []clause.Expression {
	var where []clause.Expression
	for _, bf := range b.fields {
		if !bf.primary && !bf.unique {
			continue
		}
		values := b.keyValues(stmt, bf)
		if len(values) > 0 {
			where = append(where, clause.IN{Column: clause.Column{Table: clause.CurrentTable, Name: bf.column}, Values: values})
		}
	}
	return where
}

// keyValues are the values that the rows of a create have for a key.
func (b *binding) keyValues(stmt *gorm.Statement, bf *boundField) []any {
	var values []any
	add := func(v any) {
		if p, writing := v.(pending); writing {
			v = p.column
		}
		if v != nil && !isExpression(v) && !reflect.ValueOf(v).IsZero() {
			values = append(values, v)
		}
	}
	if rows, ok := mapsOf(stmt.Dest); ok {
		for _, row := range rows {
			add(row[bf.column])
		}
		return values
	}
	eachRow(stmt, func(rv reflect.Value) {
		if rv.Type() == b.goType {
			add(b.get(bf, rv).value)
		}
	})
	return values
}
