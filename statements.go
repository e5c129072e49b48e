package authplugin

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// statements are the compiled statements of the hot paths.
type statements struct {
	userByID, userByEmail *compiled
	// sessionByToken joins the user; sessionByHash takes the hash of a token and
	// the token itself, which a row may still hold.
	sessionByToken, sessionByHash *compiled
	accountByProvider             *compiled
	verificationByIdentifier      *compiled
	// consumeVerification takes all rows of an identifier; nil where DELETE hands
	// no rows back, and for rows that are only marked as deleted.
	consumeVerification *compiled
	// lockWriters writes nothing, see core.lockWriters.
	lockWriters *compiled
	// userWithAccount inserts both in one statement; nil where that is not possible.
	userWithAccount *compiled
}

func (c *core) compileStatements() {
	byName := c.schema.byName
	user, session, account, verification := byName[ModelUser], byName[ModelSession], byName[ModelAccount], byName[ModelVerification]
	c.makeReaders()
	c.inserts = map[*model]*insert{}
	for _, m := range []*model{user, session, account, verification} {
		c.inserts[m] = c.compileInsert(m)
	}
	c.hot = statements{
		userByID:    c.selectBy(user, "id").compile(),
		userByEmail: c.selectBy(user, "email").compile(),
		sessionByToken: c.selectShown(session, func(t *sqlText) {
			t.column("s", session.byName["token"]).add(" = ").placeholder(session.byName["token"])
		}).compile(),
		sessionByHash: c.selectShown(session, func(t *sqlText) {
			token := session.byName["token"]
			t.column("s", token).add(" IN (").placeholder(token).add(", ").placeholder(token).add(")")
		}).compile(),
		accountByProvider: c.selectWithUser(account, func(t *sqlText) {
			t.column("s", account.byName["providerId"]).add(" = ").placeholder(account.byName["providerId"])
			t.add(" AND ").column("s", account.byName["accountId"]).add(" = ").placeholder(account.byName["accountId"])
		}).add(" ORDER BY ", "s.").quoted(account.byName["createdAt"].column).compile(),
		verificationByIdentifier: c.verificationsOf(verification).compile(),
	}
	id := user.primary()
	c.hot.lockWriters = c.newText().add("UPDATE ").quoted(user.table).add(" SET ").column("", id).add(" = ").column("", id).
		add(" WHERE 0").compile()
	if c.returns() && !verification.keepsDeleted() {
		t := c.newText().add("DELETE FROM ").quoted(verification.table).add(" WHERE ")
		t.identifiers(verification)
		c.hot.consumeVerification = t.add(" RETURNING ").columns("", verification).compile()
	}
	if c.dialect.Name() == "postgres" {
		c.hot.userWithAccount = c.insertBoth(user, account)
	}
}

// selectBy reads one row by a field that is unique.
func (c *core) selectBy(m *model, name string) *sqlText {
	f := m.byName[name]
	t := c.newText().add("SELECT ").columns("", m).add(" FROM ").quoted(m.table).add(" WHERE ")
	t.column("", f).add(" = ").placeholder(f)
	return t.alive("", m)
}

// selectWithUser reads rows of a model s together with their user u.
func (c *core) selectWithUser(m *model, where func(t *sqlText)) *sqlText {
	user := c.schema.byName[ModelUser]
	t := c.newText().add("SELECT ").columns("s", m).add(", ").columns("u", user)
	return t.withUser(m, where)
}

// selectShown is selectWithUser without the hidden fields.
func (c *core) selectShown(m *model, where func(t *sqlText)) *sqlText {
	t := c.newText().add("SELECT ").shownColumns("s", m).add(", ").shownColumns("u", c.schema.byName[ModelUser])
	return t.withUser(m, where)
}

// withUser joins rows of a model s with their user u.
func (t *sqlText) withUser(m *model, where func(t *sqlText)) *sqlText {
	user := t.core.schema.byName[ModelUser]
	t.add(" FROM ").quoted(m.table).add(" s INNER JOIN ").quoted(user.table).add(" u ON ")
	t.column("u", user.primary()).add(" = ").column("s", m.byName["userId"]).add(" WHERE ")
	where(t)
	return t.alive("s", m).alive("u", user)
}

// alive leaves out rows that the application's own struct marks as deleted.
func (t *sqlText) alive(alias string, m *model) *sqlText {
	for _, f := range m.fields {
		if f.softDelete {
			t.add(" AND ").column(alias, f).add(" IS NULL")
		}
	}
	return t
}

// keepsDeleted reports whether the application's own struct marks rows as deleted.
func (m *model) keepsDeleted() bool {
	return slices.ContainsFunc(m.fields, func(f *field) bool { return f.softDelete })
}

// verificationsOf reads the rows of an identifier, the newest first.
func (c *core) verificationsOf(m *model) *sqlText {
	t := c.newText().add("SELECT ").columns("", m).add(" FROM ").quoted(m.table).add(" WHERE ")
	t.identifiers(m)
	t.alive("", m)
	return t.add(" ORDER BY ").column("", m.byName["createdAt"]).add(" DESC, ").column("", m.primary()).add(" DESC")
}

// identifiers matches the two forms in which an identifier may be stored.
func (t *sqlText) identifiers(m *model) {
	f := m.byName["identifier"]
	t.column("", f).add(" IN (").placeholder(f).add(", ").placeholder(f).add(")")
	exact := t.core.exactText(2)
	if exact == "" {
		return
	}
	parts := strings.Split(exact, "?")
	last := len(parts) - 1
	t.add(" AND ", parts[0]).column("", f)
	for _, part := range parts[1:last] {
		t.add(part).bind()
	}
	t.add(parts[last])
}

// exactText compares a column with one of n values byte for byte, where the
// collation would take others for the same; it is empty on other databases. It
// goes with a comparison by collation, which uses the index.
func (c *core) exactText(n int) string {
	column, value := "CAST(? AS BINARY)", "?"
	switch c.dialect.Name() {
	case "mysql":
	case "sqlserver":
		column = wrapped(c.dialect.TextMatch().Equal)
		value = column
	default:
		return ""
	}
	return column + " IN (" + strings.TrimSuffix(strings.Repeat(value+", ", n), ", ") + ")"
}

// insertBoth inserts a user and an account of that user in one statement, whose
// one row holds the ids of both.
func (c *core) insertBoth(user, account *model) *compiled {
	if user.id.generated || account.id.generated {
		return nil
	}
	t := c.newText().add("WITH u AS (INSERT INTO ").quoted(user.table).add(" (")
	t.insertColumns(user, true)
	t.add(") VALUES (").binds(len(user.fields)).add(")) INSERT INTO ").quoted(account.table).add(" (")
	t.insertColumns(account, true)
	return t.add(") VALUES (").binds(len(account.fields)).add(")").compile()
}

func (t *sqlText) binds(n int) *sqlText {
	for i := range n {
		if i > 0 {
			t.add(", ")
		}
		t.bind()
	}
	return t
}

// typed finds the binding of a Go type, which must be one of a model.
func typed[T any](c *core, name string) (*binding, error) {
	t := reflect.TypeFor[T]()
	if b := c.byType[t]; b != nil && b.model.name == name {
		return b, nil
	}
	return nil, fmt.Errorf("authplugin: %s is not a struct of the model %s: it must be %s, or be configured as that model's Model",
		t, name, c.schema.byName[name].declared)
}

// reader is the reader of rows of one binding, or of two.
func (c *core) reader(first, second *binding) *rowReader {
	return c.readers[readerKey{first, second}]
}

type readerKey struct{ first, second *binding }

// makeReaders makes the writers of each Go type, and the readers of what the
// operations read: each type, and sessions and accounts with their users.
func (c *core) makeReaders() {
	c.readers, c.writers = map[readerKey]*rowReader{}, map[*binding]*rowWriter{}
	for _, b := range c.byType {
		c.writers[b] = newRowWriter(b)
		c.readers[readerKey{b, nil}] = newRowReader(b)
		if b.model.name != ModelSession && b.model.name != ModelAccount {
			continue
		}
		for _, user := range c.byType {
			switch {
			case user.model.name != ModelUser:
			case b.model.name == ModelSession:
				c.readers[readerKey{b, user}] = newShownReader(b, user)
			default:
				c.readers[readerKey{b, user}] = newRowReader(b, user)
			}
		}
	}
}
