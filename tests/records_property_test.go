package tests

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// randomRecords compares random calls on a random schema with what they do in
// memory.
type randomRecords struct {
	*rand.Rand
	t      *testing.T
	auth   *authplugin.Auth
	specs  map[string]authplugin.Fields // the fields that are made up, by model
	memory map[string]*memory
	now    time.Time
	calls  int
}

// pluginOf is a plugin with one model.
type pluginOf struct{ model authplugin.PluginModel }

func (pluginOf) ID() string { return "random" }

func (p pluginOf) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{p.model}}
}

var randomTexts = []any{
	"", "a", "A", "ab", "aB", "AB%", "_", "b ", " b", "é", "日本", "🙂", `x\y`, "[a]", "!", "'; --", "?", "@x", "*", "^", "a\nb", "$1",
}

// randomFields makes up fields of all types, under names and columns of all kinds.
func randomFields(r *rand.Rand) authplugin.Fields {
	fields := authplugin.Fields{}
	types := []authplugin.FieldType{
		authplugin.String, authplugin.Number, authplugin.Float, authplugin.BigInt, authplugin.Boolean, authplugin.Date,
		authplugin.JSON, authplugin.StringArray, authplugin.NumberArray, authplugin.Enum("a", "aB", "%"),
	}
	columns := []string{"", "", "order", "Select", "x y", "ünï", "q$"}
	for i := range 4 + r.IntN(6) {
		f := authplugin.Field{Type: types[r.IntN(len(types))], Optional: r.IntN(3) > 0, Hidden: r.IntN(6) == 0}
		if c := columns[r.IntN(len(columns))]; c != "" && c != "x y" {
			f.Column = fmt.Sprint(c, i)
		}
		if f.Type == authplugin.String {
			f.Index = r.IntN(3) == 0
		}
		fields[fmt.Sprintf("f%d%s", i, []string{"", "Name", "ID"}[r.IntN(3)])] = f
	}
	return fields
}

// value is a random value of a field, in the form that a record has it in.
func (r *randomRecords) value(f authplugin.FieldInfo) any {
	if f.Optional && r.IntN(4) == 0 {
		return nil
	}
	switch f.Type {
	case "string":
		return randomTexts[r.IntN(len(randomTexts))]
	case "enum":
		return []any{"a", "aB", "%"}[r.IntN(3)]
	case "number":
		return int64(r.IntN(7) - 3)
	case "bigint":
		return int64(r.IntN(7)-3) << 55
	case "float":
		return float64(r.IntN(9)-4) / 2
	case "boolean":
		return r.IntN(2) == 0
	case "date":
		return noon.Add(time.Duration(r.IntN(5)) * time.Hour).UTC().Truncate(time.Millisecond)
	case "json":
		return []any{"text", 1.5, true, []any{"a", nil}, map[string]any{"k": []any{}}}[r.IntN(5)]
	case "string[]":
		return [][]string{{}, {"a", ""}, {"日"}}[r.IntN(3)]
	case "number[]":
		return [][]float64{{}, {1, -2.5}}[r.IntN(2)]
	default:
		ids := slices.Sorted(maps.Keys(r.memory[f.References.Model].records))
		if len(ids) == 0 {
			return "none"
		}
		return ids[r.IntN(len(ids))]
	}
}

func (r *randomRecords) fieldOf(m *memory) authplugin.FieldInfo {
	return m.info.Fields[r.IntN(len(m.info.Fields))]
}

func (r *randomRecords) condition(m *memory) authplugin.Condition {
	f := r.fieldOf(m)
	c := authplugin.Condition{Field: f.Name, Operator: []authplugin.Operator{
		"", "eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "contains", "starts_with", "ends_with",
	}[r.IntN(12)]}
	one := func() any {
		switch {
		case f.Type == "id" && r.IntN(3) == 0:
			return []any{"no such", "", "0", nil}[r.IntN(4)]
		case f.Name == "id" && len(m.records) > 0:
			ids := slices.Sorted(maps.Keys(m.records))
			return ids[r.IntN(len(ids))]
		case f.Name == "id":
			return "none"
		case r.IntN(8) == 0:
			return []any{"yesterday", 1.5, true, map[string]any{}}[r.IntN(4)]
		}
		switch v := r.value(f).(type) {
		case int64:
			return float64(v) // as from JSON
		default:
			return v
		}
	}
	switch {
	case isList(c.Operator):
		list := []any{}
		for range r.IntN(4) {
			list = append(list, one())
		}
		c.Value = list
	case isPattern(c.Operator):
		text := []rune(fmt.Sprint(one()))
		from := r.IntN(len(text) + 1)
		c.Value = string(text[from : from+r.IntN(len(text)-from+1)])
	default:
		c.Value = one()
	}
	if f.Type == "id" || f.Type == "string" || f.Type == "enum" {
		if _, order := map[authplugin.Operator]int{"gt": 0, "gte": 0, "lt": 0, "lte": 0}[c.Operator]; order {
			c.Operator = "ne" // text is ordered by the collation
		}
	}
	if r.IntN(3) == 0 {
		c.Mode = authplugin.ModeInsensitive
	}
	if r.IntN(3) == 0 {
		c.Connector = authplugin.ConnectorOr
	}
	return c
}

func (r *randomRecords) where(m *memory) []authplugin.Condition {
	var list []authplugin.Condition
	for range r.IntN(4) {
		list = append(list, r.condition(m))
	}
	return list
}

// changes are random values for some fields of a model.
func (r *randomRecords) changes(m *memory, all bool) authplugin.Values {
	values := authplugin.Values{}
	for _, f := range m.info.Fields {
		if _, made := r.specs[m.info.Name][f.Name]; made && (all || r.IntN(3) == 0) {
			values[f.Name] = r.value(f)
		}
	}
	return values
}

func (r *randomRecords) checkError(what string, err error, valid, found bool) bool {
	switch {
	case !valid:
		if !errors.Is(err, authplugin.ErrInvalid) {
			r.t.Errorf("%s: %v is no mistake", what, err)
		}
		return false
	case !found:
		if !errors.Is(err, authplugin.ErrNotFound) {
			r.t.Errorf("%s: %v where nothing is found", what, err)
		}
		return false
	case err != nil:
		r.t.Errorf("%s: %v", what, err)
		return false
	}
	return true
}

func (r *randomRecords) same(what string, want, got any) {
	r.t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// call makes one random call.
func (r *randomRecords) call() {
	r.calls++
	name := []string{"user", "thing"}[r.IntN(2)]
	m, records, ctx := r.memory[name], r.auth.Records(name), r.t.Context()
	where := r.where(m)
	matching, valid := m.matching(where)
	what := fmt.Sprintf("call %d on %s where %+v", r.calls, name, where)
	switch r.IntN(10) {
	case 0, 1, 2:
		r.create(m)
	case 3, 4:
		found, err := records.FindMany(ctx, authplugin.Query{Where: where})
		if r.checkError("find, "+what, err, valid, true) {
			var want []authplugin.Record
			for _, id := range matching {
				want = append(want, m.records[id])
			}
			r.same("find, "+what, want, sortedByID(found))
		}
	case 5:
		n, err := records.Count(ctx, where...)
		if r.checkError("count, "+what, err, valid, true) && int(n) != len(matching) {
			r.t.Errorf("count, %s: %d, want %v", what, n, matching)
		}
	case 6:
		values := r.changes(m, false)
		got, err := records.Update(ctx, where, values)
		if r.checkError("update, "+what, err, valid, len(where) > 0 && len(matching) > 0) {
			r.changed("update, "+what, m, matching, got, values)
		}
	case 7:
		values := r.changes(m, false)
		n, err := records.UpdateMany(ctx, where, values)
		if r.checkError("update many, "+what, err, valid, true) {
			if int(n) != len(matching) {
				r.t.Errorf("update many, %s: %d, want %v", what, n, matching)
			}
			for _, id := range matching {
				r.apply(m, id, values)
			}
		}
	case 8:
		got, err := records.ConsumeOne(ctx, where...)
		if r.checkError("consume, "+what, err, valid, len(where) > 0 && len(matching) > 0) {
			r.changed("consume, "+what, m, matching, got, nil)
			r.delete(name, got["id"])
		}
	default:
		r.increment(what, m, where, matching, valid)
	}
}

func sortedByID(records []authplugin.Record) []authplugin.Record {
	slices.SortFunc(records, func(a, b authplugin.Record) int { return compareValues(a["id"], b["id"]) })
	return records
}

func (r *randomRecords) create(m *memory) {
	values := r.changes(m, true)
	if m.info.Name == "user" {
		values["name"], values["email"] = randomTexts[r.IntN(len(randomTexts))], fmt.Sprintf("U%d@x", r.calls)
	} else {
		if len(r.memory["user"].records) == 0 {
			return
		}
		f, _ := m.info.Field("ownerId")
		values["ownerId"] = r.value(f)
	}
	got, err := r.auth.Records(m.info.Name).Create(r.t.Context(), values)
	if err != nil {
		r.t.Errorf("call %d: create %v: %v", r.calls, values, err)
		return
	}
	want := authplugin.Record{"id": got["id"]}
	for _, f := range m.info.Fields[1:] {
		want[f.Name] = nil
	}
	if m.info.Name == "user" {
		at := r.now.UTC().Truncate(time.Millisecond)
		want["emailVerified"], want["createdAt"], want["updatedAt"] = false, at, at
		values["email"] = fmt.Sprintf("u%d@x", r.calls)
	}
	maps.Copy(want, values)
	r.same(fmt.Sprintf("call %d: create", r.calls), want, got)
	m.put(got)
}

func (r *randomRecords) apply(m *memory, id string, values authplugin.Values) {
	maps.Copy(m.records[id], values)
	if _, ok := m.records[id]["updatedAt"]; ok {
		m.records[id]["updatedAt"] = r.now.UTC().Truncate(time.Millisecond)
	}
}

// changed checks the record that a call on at most one has returned.
func (r *randomRecords) changed(what string, m *memory, matching []string, got authplugin.Record, values authplugin.Values) {
	id, _ := got["id"].(string)
	if !slices.Contains(matching, id) {
		r.t.Errorf("%s: %v is none of %v", what, got, matching)
		return
	}
	if values != nil {
		r.apply(m, id, values)
	}
	r.same(what, m.records[id], got)
}

func (r *randomRecords) delete(model string, id any) {
	delete(r.memory[model].records, id.(string))
	if model == "user" {
		maps.DeleteFunc(r.memory["thing"].records, func(_ string, t authplugin.Record) bool { return t["ownerId"] == id })
	}
}

func (r *randomRecords) increment(what string, m *memory, where []authplugin.Condition, matching []string, valid bool) {
	by, set := authplugin.Values{}, r.changes(m, false)
	for _, f := range m.info.Fields {
		if _, made := r.specs[m.info.Name][f.Name]; made && (f.Type == "number" || f.Type == "bigint" || f.Type == "float") && r.IntN(2) == 0 {
			by[f.Name] = r.IntN(9) - 4
			delete(set, f.Name)
		}
	}
	if r.IntN(2) == 0 {
		set = nil
	}
	got, err := r.auth.Records(m.info.Name).IncrementOne(r.t.Context(), where, authplugin.Increment{By: by, Set: set})
	if !r.checkError("increment, "+what, err, valid && len(by)+len(set) > 0, len(where) > 0 && len(matching) > 0) {
		return
	}
	id, _ := got["id"].(string)
	values := maps.Clone(set)
	if values == nil {
		values = authplugin.Values{}
		if at, ok := got["updatedAt"]; ok && slices.Contains(matching, id) && at != m.records[id]["updatedAt"] {
			r.t.Errorf("increment, %s: updatedAt is set", what)
		}
	}
	for name, delta := range by {
		switch old := m.records[id][name].(type) {
		case int64:
			values[name] = old + int64(delta.(int))
		case float64:
			values[name] = old + float64(delta.(int))
		}
	}
	if len(set) > 0 {
		r.changed("increment, "+what, m, matching, got, values)
		return
	}
	if slices.Contains(matching, id) {
		maps.Copy(m.records[id], values)
	}
	r.changed("increment, "+what, m, matching, got, nil)
}

// Random calls on random schemas do what they do in memory.
func TestRecordsMatchMemory(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for seed := range uint64(4) {
			random := rand.New(rand.NewPCG(seed, 11))
			r := &randomRecords{Rand: random, t: t, now: noon, specs: map[string]authplugin.Fields{"user": randomFields(random), "thing": randomFields(random)}}
			fields := maps.Clone(r.specs["thing"])
			fields["ownerId"] = authplugin.Field{Type: authplugin.String, References: &authplugin.Reference{Model: "user"}}
			cfg := authplugin.Config{
				GenerateID: []authplugin.IDStrategy{authplugin.Random, authplugin.Serial, authplugin.UUID}[seed%3],
				Naming:     []authplugin.Naming{0, authplugin.BetterAuthNaming}[seed%2],
				User:       authplugin.ModelConfig{AdditionalFields: r.specs["user"], Columns: map[string]string{"name": "email", "email": "name"}},
				Plugins:    []authplugin.Plugin{pluginOf{authplugin.PluginModel{Name: "thing", Fields: fields}}},
			}
			_, r.auth = migrated(t, e, withClock(cfg, &r.now))
			r.memory = map[string]*memory{"user": newMemory(r.auth, "user"), "thing": newMemory(r.auth, "thing")}
			for range 150 {
				r.now = r.now.Add(time.Second)
				r.call()
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			for name, m := range r.memory {
				found, err := r.auth.Records(name).FindMany(t.Context(), authplugin.Query{Limit: 1000})
				must(t, err)
				r.same("in the end", sortedByID(slices.Collect(maps.Values(m.records))), sortedByID(found))
			}
		}
	})
}
