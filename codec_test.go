package authplugin

import (
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func fieldOfKind(kind fieldKind) *field {
	return &field{model: &model{name: "m"}, name: "f", kind: kind, enum: []string{"a"}}
}

// What goes into a field is what a driver's form of it is read back as.
func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	type named string
	text, number := "x", 5
	for _, test := range []struct {
		kind      fieldKind
		in        any
		canonical any
		raw       []any // forms in which drivers hand it out
	}{
		{String, named("x"), "x", []any{"x", []byte("x")}},
		{String, &text, "x", nil},
		{String, sql.NullString{String: "x", Valid: true}, "x", nil},
		{String, sql.NullString{}, nil, []any{nil}},
		{enumKind, "a", "a", []any{"a"}},
		{Number, &number, int64(5), []any{int64(5), "5", []byte("5"), 5.0}},
		{Number, json.Number("5"), int64(5), nil},
		{Number, uint8(5), int64(5), nil},
		{BigInt, int64(math.MaxInt64), int64(math.MaxInt64), []any{int64(math.MaxInt64), "9223372036854775807"}},
		{Float, 5, 5.0, []any{5.0, int64(5), "5"}},
		{Boolean, true, true, []any{true, int64(1), 1.0, "1", []byte("true")}},
		{Boolean, false, false, []any{false, int64(0), 0.0, "f"}},
		{JSON, map[string]any{"a": 1.0}, map[string]any{"a": 1.0}, []any{`{"a":1}`, []byte(`{"a": 1}`)}},
		{StringArray, []any{"a", "b"}, []string{"a", "b"}, []any{`["a","b"]`}},
		{StringArray, [1]string{"a"}, []string{"a"}, nil},
		{NumberArray, []int{1, 2}, []float64{1, 2}, []any{`[1,2]`}},
		{idRef, 7, ID("7"), []any{int64(7), "7"}},
	} {
		f := fieldOfKind(test.kind)
		got, err := f.encodable(test.in)
		if err != nil || !cmp.Equal(got, test.canonical) {
			t.Errorf("%s: %v became %v, %v, want %v", test.kind, test.in, got, err, test.canonical)
		}
		for _, raw := range test.raw {
			read, err := f.load(raw)
			if err != nil || !cmp.Equal(read, test.canonical) {
				t.Errorf("%s: %T %v was read as %v, %v, want %v", test.kind, raw, raw, read, err, test.canonical)
			}
		}
	}
}

func TestCodecRefuses(t *testing.T) {
	t.Parallel()
	for kind, values := range map[fieldKind][]any{
		String: {1, true, []byte("x"), "a\x00", "\xff"}, enumKind: {"b", 1},
		Number: {"5", 1 << 40, 1.5, math.NaN(), json.Number("x")}, BigInt: {1e30, uint64(math.MaxUint64), "1"},
		Float: {"1", math.Inf(1), math.NaN()}, Boolean: {1, "true"}, Date: {1, "soon", "2026-13-01"},
		JSON: {func() {}, math.NaN()}, StringArray: {"a", []any{1}, []any{nil}}, NumberArray: {[]string{"1"}, []float64{math.NaN()}},
		idRef: {1.5, true, []byte("x")},
	} {
		for _, v := range values {
			if got, err := fieldOfKind(kind).encodable(v); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v became %v, %v", kind, v, got, err)
			}
		}
	}
	if _, err := fieldOfKind(Number).load("seven"); err == nil {
		t.Error("text was read as a number")
	}
	if _, err := fieldOfKind(JSON).load("{"); err == nil {
		t.Error("broken JSON was read")
	}
}

func TestTimesOfDrivers(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 21, 17, 17, 7, 806_000_000, time.UTC)
	f := fieldOfKind(Date)
	for _, raw := range []any{
		want, want.In(time.FixedZone("", 7200)), "2026-11-21T17:17:07.806Z", "2026-11-21 17:17:07.806", "2026-11-21 17:17:07.806+00:00",
		[]byte("2026-11-21 19:17:07.806+02:00"), "2026-11-21T17:17:07.806",
	} {
		got, err := f.load(raw)
		if moment, ok := got.(time.Time); err != nil || !ok || !moment.Equal(want) || moment.Location() != time.UTC {
			t.Errorf("%v was read as %v, %v", raw, got, err)
		}
	}
	if got := textTime.store(want.Add(999 * time.Microsecond)); got != "2026-11-21T17:17:07.806Z" {
		t.Errorf("SQLite is given %v", got)
	}
	if got := nativeTime.store(want.In(time.Local)); got != want {
		t.Errorf("drivers are given %v", got)
	}
}
