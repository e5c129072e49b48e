package sqlrecorder

import (
	"database/sql/driver"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Tables answers queries by one row of each table, by name and then by column, whatever
// the conditions are; a count is 1. Give its method Answer to Recording.Answer. A query
// of a table that is not there is left to others. It answers requests for the lock of an
// application, too, as a session at READ COMMITTED.
type Tables map[string]map[string]driver.Value

var (
	selectFrom = regexp.MustCompile(`(?s)^SELECT (?:DISTINCT )?(?:TOP\(?\d+\)? )?(.*?) FROM "(\w+)"(?: \w+)?(?: WITH \([A-Z, ]+\))?(?:.*?JOIN "(\w+)" "?(\w+)"?)?`)
	listItem   = regexp.MustCompile(`^(?:"?(\w+)"?\.)?"?(\w+)"?(?: AS "(\w+)")?$`)
)

// Answer answers a statement, nil when it does not know.
func (t Tables) Answer(s Statement) *Answer {
	if strings.Contains(s.SQL, "@LockOwner = N'Transaction'") {
		return &Answer{Columns: []string{"", ""}, Rows: [][]driver.Value{{int64(0), int64(2)}}}
	}
	m := selectFrom.FindStringSubmatch(s.SQL)
	if m == nil || t[m[2]] == nil {
		return nil
	}
	row, joined := t[m[2]], t[m[3]]
	answer := &Answer{Rows: [][]driver.Value{{}}}
	add := func(name string, value driver.Value) {
		answer.Columns, answer.Rows[0] = append(answer.Columns, name), append(answer.Rows[0], value)
	}
	switch m[1] {
	case "*":
		for _, name := range slices.Sorted(maps.Keys(row)) {
			add(name, row[name])
		}
		return answer
	case "count(*)":
		add("", int64(1))
		return answer
	}
	for item := range strings.SplitSeq(m[1], ",") {
		part := listItem.FindStringSubmatch(strings.TrimSpace(item))
		if part == nil {
			add("", int64(1))
			continue
		}
		from, name := row, part[2]
		if part[1] != "" && part[1] == m[4] {
			from = joined
		}
		value := from[name]
		if part[3] != "" {
			name = part[3]
		}
		add(name, value)
	}
	return answer
}
