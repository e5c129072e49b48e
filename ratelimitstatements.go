package authplugin

import "strconv"

// limitStatements are those of counters in the table rateLimit. Each counts a request in
// one step, or does nothing when the limit is reached. They hand the new state back as a
// row, or, on MySQL, how much is counted as the id that was inserted last.
type limitStatements struct {
	fixed, sliding, look, lookSliding *compiled
	// hasSlots and hasCounters find nothing, or fail for want of a column.
	hasSlots, hasCounters *compiled
}

// limitText writes the statements for one database.
type limitText struct {
	core                    *core
	dialect                 string
	model                   *model
	key, count, last, slots *field
}

func newLimitStatements(c *core, m *model) *limitStatements {
	w := &limitText{
		core: c, dialect: c.dialect.Name(), model: m,
		key: m.byName["key"], count: m.byName["count"], last: m.byName["lastRequest"], slots: m.byName[slotsField],
	}
	s := &limitStatements{fixed: w.fixed(), look: w.look(w.count, w.last)}
	if w.slots != nil {
		s.sliding, s.lookSliding = w.sliding(), w.look(w.count, w.last, w.slots)
		s.hasSlots, s.hasCounters = w.has(w.slots), w.has(w.last)
	}
	return s
}

func (w *limitText) update() *sqlText {
	return w.core.newText().add("UPDATE ").quoted(w.model.table).add(" SET ")
}

// handsBack has an UPDATE return columns, before its WHERE on SQL Server, else at its
// end.
func (w *limitText) handsBack(t *sqlText, before bool, columns ...*field) {
	prefix := ""
	switch {
	case before && w.dialect == "sqlserver":
		t.add(" OUTPUT ")
		prefix = "INSERTED."
	case !before && (w.dialect == "sqlite" || w.dialect == "postgres"):
		t.add(" RETURNING ")
	default:
		return
	}
	w.list(t, prefix, columns)
}

func (w *limitText) list(t *sqlText, prefix string, columns []*field) {
	for i, f := range columns {
		if i > 0 {
			t.add(", ")
		}
		t.add(prefix).quoted(f.column)
	}
}

// fixed counts in a fixed window. Its parameters: the end of the windows that are over,
// the present twice, the key, the end of the windows that are over, the limit. The count
// is set before the time: MySQL reads what it has set.
func (w *limitText) fixed() *compiled {
	t := w.update().quoted(w.count.column).add(" = ")
	if w.dialect == "mysql" {
		t.add("LAST_INSERT_ID(")
	}
	t.add("CASE WHEN ").quoted(w.last.column).add(" <= ").bind().add(" THEN 1 ELSE ").quoted(w.count.column).add(" + 1 END")
	if w.dialect == "mysql" {
		t.add(")")
	}
	w.setLast(t)
	w.handsBack(t, true, w.count, w.last)
	t.add(" WHERE ").quoted(w.key.column).add(" = ").placeholder(w.key)
	t.add(" AND (").quoted(w.last.column).add(" <= ").bind().add(" OR ").quoted(w.count.column).add(" < ").bind().add(")")
	w.handsBack(t, false, w.count, w.last)
	return t.compile()
}

// setLast sets the time of the last request, which never goes back.
func (w *limitText) setLast(t *sqlText) {
	t.add(", ").quoted(w.last.column).add(" = CASE WHEN ").quoted(w.last.column).add(" > ").bind().
		add(" THEN ").quoted(w.last.column).add(" ELSE ").bind().add(" END")
}

// sliding counts in a sliding window as windowState does, whose slots are moved by text
// functions. Its parameters: those of steps, twice (on MySQL three times), the present
// twice, the key, the limit, those of steps.
func (w *limitText) sliding() *compiled {
	t := w.update().quoted(w.slots.column).add(" = ")
	if w.dialect == "mysql" { // the first column that is set, while all are as they were
		t.add("IF(LAST_INSERT_ID(")
		w.within(t)
		t.add(" + 1) > 0, ")
		w.moved(t)
		t.add(", '')")
	} else {
		w.moved(t)
	}
	t.add(", ").quoted(w.count.column).add(" = (").quoted(w.count.column).add(" + 1) % ", strconv.Itoa(countCycle))
	w.setLast(t)
	w.handsBack(t, true, w.count, w.last, w.slots)
	t.add(" WHERE ").quoted(w.key.column).add(" = ").placeholder(w.key).add(" AND ").bind().add(" > ")
	w.within(t)
	w.handsBack(t, false, w.count, w.last, w.slots)
	return t.compile()
}

// slidingArgs are the parameters of sliding.
func slidingArgs(dialect string, take WindowTake, key string, at int64) []any {
	const milli = 1_000_000
	slot, length := take.Slot()
	size := int64(length)
	steps := []any{at, ((slot-windowSlots)*size + milli - 1) / milli, slot, size}
	args := make([]any, 0, 4*len(steps)+4)
	times := 2
	if dialect == "mysql" {
		times = 3
	}
	for range times {
		args = append(args, steps...)
	}
	args = append(args, at, at, key, take.Max)
	return append(args, steps...)
}

// steps is by how many slots the window moves: none for a time that is not later than the
// last one, all for one before the first slot that counts.
func (w *limitText) steps(t *sqlText) {
	divided := " / "
	switch w.dialect {
	case "postgres":
		t.add("CAST(") // whose substr takes no bigint
	case "mysql":
		divided = " DIV "
	}
	t.add("CASE WHEN ").quoted(w.last.column).add(" >= ").bind().add(" THEN 0 WHEN ").quoted(w.last.column).add(" < ").bind().
		add(" THEN ", strconv.Itoa(keptSlots), " ELSE ").bind().add(" - ").quoted(w.last.column).add(" * 1000000", divided).bind().add(" END")
	if w.dialect == "postgres" {
		t.add(" AS integer)")
	}
}

// digits is the count as text, of the length that slots have.
func (w *limitText) digits(t *sqlText) {
	text := map[string]string{"mysql": "char", "sqlserver": "varchar(10)"}[w.dialect]
	if text == "" {
		text = "text"
	}
	t.add(w.substring(), "(CAST(", strconv.Itoa(countCycle), " + ").quoted(w.count.column).add(" AS ", text, "), 2, ", strconv.Itoa(countDigits), ")")
}

func (w *limitText) substring() string {
	if w.dialect == "sqlserver" {
		return "SUBSTRING"
	}
	return "substr"
}

// joined writes two texts as one.
func (w *limitText) joined(t *sqlText, first, second func()) {
	open, between, end := "(", " || ", ")"
	if w.dialect == "mysql" || w.dialect == "sqlserver" {
		open, between = "CONCAT(", ", "
	}
	t.add(open)
	first()
	t.add(between)
	second()
	t.add(end)
}

// place is where the slot begins that so many steps make the oldest.
func (w *limitText) place(t *sqlText) {
	t.add(strconv.Itoa(countDigits), " * ")
	w.steps(t)
	t.add(" + 1")
}

// within is how many requests the window holds after steps.
func (w *limitText) within(t *sqlText) {
	number := "integer"
	switch w.dialect {
	case "mysql":
		number = "signed"
	case "sqlserver":
		number = "int"
	}
	t.add("(").quoted(w.count.column).add(" - CAST(", w.substring(), "(")
	w.joined(t, func() { t.quoted(w.slots.column) }, func() { w.digits(t) })
	t.add(", ")
	w.place(t)
	t.add(", ", strconv.Itoa(countDigits), ") AS ", number, ") + ", strconv.Itoa(countCycle), ") % ", strconv.Itoa(countCycle))
}

// moved are the slots after steps: the oldest ones leave, and the count enters for each.
func (w *limitText) moved(t *sqlText) {
	const marks = "xxxxxxxxxxxxxxxxx" // keptSlots of them
	w.joined(t, func() {
		t.add(w.substring(), "(").quoted(w.slots.column).add(", ")
		w.place(t)
		t.add(", ", strconv.Itoa(keptSlots*countDigits), ")")
	}, func() {
		t.add("replace(", w.substring(), "('", marks, "', 1, ")
		w.steps(t)
		t.add("), 'x', ")
		w.digits(t)
		t.add(")")
	})
}

// look reads a counter.
func (w *limitText) look(columns ...*field) *compiled {
	t := w.core.newText().add("SELECT ")
	w.list(t, "", columns)
	return t.add(" FROM ").quoted(w.model.table).add(" WHERE ").quoted(w.key.column).add(" = ").placeholder(w.key).compile()
}

// has asks for a column without rows.
func (w *limitText) has(f *field) *compiled {
	return w.core.newText().add("SELECT ").quoted(f.column).add(" FROM ").quoted(w.model.table).add(" WHERE 1 = 0").compile()
}
