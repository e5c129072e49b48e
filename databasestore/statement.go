package databasestore

import (
	"cmp"
	"database/sql"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
)

// statement is the SQL of one database with the names of its parameters, in order.
type statement struct {
	sql      string
	args     []string
	hexKeys  bool
	prepared atomic.Pointer[sql.Stmt]
}

// parameters are the values of a statement. The any ones may be NULL.
type parameters struct {
	key             []byte
	keys            [][]byte
	value, old      any
	count, oldCount any
	ttl, clock      int64 // in milliseconds
}

// bind gives a statement's parameters.
func (s *statement) bind(p parameters) []any {
	args := make([]any, len(s.args))
	key := 0
	for i, name := range s.args {
		switch name {
		case "key":
			args[i] = s.hashed(p.key)
		case "keys":
			args[i] = s.hashed(p.keys[key])
			key++
		case "value":
			args[i] = p.value
		case "count":
			args[i] = p.count
		case "old":
			args[i] = p.old
		case "oldCount":
			args[i] = p.oldCount
		case "ttl":
			args[i] = p.ttl
		case "clock":
			args[i] = p.clock
		}
	}
	return args
}

// hashed is a key as it is sent.
func (s *statement) hashed(key []byte) any {
	if s.hexKeys {
		return hex.EncodeToString(key)
	}
	return key
}

// compiler makes statements of templates, in which {now}, {time}, {begin}, {live} and
// {table} stand for SQL, {keys} for a list of parameters, and all other names for one.
type compiler struct {
	grammar

	table string
	clock bool
}

// compile makes a statement of a template for so many keys.
func (c compiler) compile(template string, keys int) *statement {
	s := &statement{hexKeys: c.hexKeys}
	time := c.now
	if c.clock {
		time = c.given
	}
	now := cmp.Or(c.variable, time)
	for _, part := range [][2]string{{"{begin}", c.begin}, {"{live}", live}, {"{table}", c.table}, {"{time}", time}, {"{now}", now}} {
		template = strings.ReplaceAll(template, part[0], part[1])
	}
	places := map[string]string{}
	bind := func(name string) string {
		s.args = append(s.args, name)
		place := c.place(len(s.args))
		if c.hexKeys && strings.HasPrefix(name, "key") {
			return "UNHEX(" + place + ")"
		}
		return place
	}
	s.sql = regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(template, func(found string) string {
		name := strings.Trim(found, "{}")
		if name == "keys" {
			list := make([]string, keys)
			for i := range list {
				list[i] = bind(name)
			}
			return strings.Join(list, ", ")
		}
		place, ok := places[name]
		if !ok || c.mark == "?" {
			place = bind(name)
			places[name] = place
		}
		return place
	})
	return s
}

// place is the n-th parameter. Those with a number may be used again.
func (c compiler) place(n int) string {
	if c.mark == "?" {
		return c.mark
	}
	return c.mark + strconv.Itoa(n)
}
