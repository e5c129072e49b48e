package tests

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gorm-auth/authplugin"
)

// memory is what the record operations are compared with: the records of a
// model, in a map, and the contract in plain Go.
type memory struct {
	info    authplugin.ModelInfo
	records map[string]authplugin.Record
}

func newMemory(auth *authplugin.Auth, model string) *memory {
	info, _ := auth.Schema().Model(model)
	return &memory{info: info, records: map[string]authplugin.Record{}}
}

func (m *memory) put(r authplugin.Record) { m.records[r["id"].(string)] = r }

// matching lists the ids of the records that match, sorted. It is not ok when
// the conditions are a mistake.
func (m *memory) matching(conditions []authplugin.Condition) (ids []string, ok bool) {
	for _, c := range conditions {
		if !m.valid(c) {
			return nil, false
		}
	}
	ids = []string{}
	for id, r := range m.records {
		all, anyOr, ors := true, false, 0
		for _, c := range conditions {
			holds := m.holds(r, c)
			if c.Connector == authplugin.ConnectorOr {
				ors++
				anyOr = anyOr || holds
			} else {
				all = all && holds
			}
		}
		if all && (ors == 0 || anyOr) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, true
}

func isPattern(o authplugin.Operator) bool {
	return o == authplugin.OperatorContains || o == authplugin.OperatorStartsWith || o == authplugin.OperatorEndsWith
}

func isList(o authplugin.Operator) bool {
	return o == authplugin.OperatorIn || o == authplugin.OperatorNotIn
}

func (m *memory) valid(c authplugin.Condition) bool {
	f, ok := m.info.Field(c.Field)
	operators := []authplugin.Operator{"", "eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "contains", "starts_with", "ends_with"}
	if !ok || !slices.Contains(operators, c.Operator) ||
		!slices.Contains([]authplugin.Connector{"", "AND", "OR"}, c.Connector) ||
		!slices.Contains([]authplugin.Mode{"", "sensitive", "insensitive"}, c.Mode) {
		return false
	}
	switch {
	case isPattern(c.Operator):
		text, isText := c.Value.(string)
		return isText && storable(text) && slices.Contains([]string{"string", "enum", "id"}, f.Type)
	case isList(c.Operator):
		list, isAList := c.Value.([]any)
		for _, v := range list {
			if _, ok := operand(f, v); v != nil && !ok {
				return false
			}
		}
		return isAList
	case c.Value == nil:
		return true
	default:
		_, ok := operand(f, c.Value)
		return ok
	}
}

func storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// operand is a value with the type that a record has it in.
func operand(f authplugin.FieldInfo, v any) (any, bool) {
	number, isNumber := v.(float64)
	whole := isNumber && number == math.Trunc(number) && number >= math.MinInt64 && number < math.MaxInt64
	switch f.Type {
	case "string", "enum":
		s, ok := v.(string)
		if f.Name == "email" {
			s = strings.ToLower(s)
		}
		return s, ok && storable(s)
	case "id":
		if s, ok := v.(string); ok {
			return s, true
		}
		return strconv.FormatInt(int64(number), 10), whole
	case "number":
		return int64(number), whole && number >= math.MinInt32 && number <= math.MaxInt32
	case "bigint":
		return int64(number), whole
	case "float":
		return number, isNumber
	case "boolean":
		b, ok := v.(bool)
		return b, ok
	case "date":
		at, ok := v.(time.Time)
		text, _ := v.(string)
		for _, layout := range []string{
			time.RFC3339Nano, "2006-01-02 15:04:05.999999999-07:00", "2006-01-02T15:04:05.999999999",
			"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
		} {
			if parsed, err := time.Parse(layout, text); err == nil && !ok {
				at, ok = parsed, true
			}
		}
		at = at.UTC().Truncate(time.Millisecond)
		return at, ok && at.Year() >= 1 && at.Year() <= 9999
	default:
		return nil, false
	}
}

func (m *memory) holds(r authplugin.Record, c authplugin.Condition) bool {
	f, _ := m.info.Field(c.Field)
	have := r[c.Field]
	if c.Value == nil && !isList(c.Operator) {
		return (have == nil && (c.Operator == "" || c.Operator == "eq")) || (have != nil && c.Operator == "ne")
	}
	if have == nil {
		return false
	}
	fold := func(v any) any { return v }
	if c.Mode == authplugin.ModeInsensitive {
		fold = func(v any) any {
			if s, ok := v.(string); ok {
				return asciiLower(s)
			}
			return v
		}
	}
	same := func(v any) bool {
		v, _ = operand(f, v)
		return fold(have) == fold(v)
	}
	list, _ := c.Value.([]any)
	within := slices.ContainsFunc(list, func(v any) bool { return v != nil && same(v) })
	switch c.Operator {
	case "", "eq":
		return same(c.Value)
	case "ne":
		return !same(c.Value)
	case "in":
		return within
	case "not_in":
		return !within
	case "contains", "starts_with", "ends_with":
		v, _ := operand(f, c.Value)
		text, part := fold(have).(string), fold(v).(string)
		return map[authplugin.Operator]func(string, string) bool{
			"contains": strings.Contains, "starts_with": strings.HasPrefix, "ends_with": strings.HasSuffix,
		}[c.Operator](text, part)
	}
	v, _ := operand(f, c.Value)
	if s, ok := v.(string); ok && !storable(s) {
		return false
	}
	order := compareValues(have, v)
	return map[authplugin.Operator]bool{"gt": order > 0, "gte": order >= 0, "lt": order < 0, "lte": order <= 0}[c.Operator]
}

// asciiLower is what every database's lower() agrees on.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func compareValues(a, b any) int {
	switch x := a.(type) {
	case string:
		return strings.Compare(x, b.(string))
	case int64:
		return compareOrdered(x, b.(int64))
	case float64:
		return compareOrdered(x, b.(float64))
	case time.Time:
		return x.Compare(b.(time.Time))
	case bool:
		return compareOrdered(numberOf(x), numberOf(b.(bool)))
	default:
		return 0
	}
}

func compareOrdered[T int | int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func numberOf(b bool) int {
	if b {
		return 1
	}
	return 0
}
