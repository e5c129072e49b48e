package authplugin

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValues(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var v Values
	if v.Has("x") || v.IsNull("x") || v.String("x") != "" || v.Bool("x") || v.Int("x") != 0 || v.Strings("x") != nil || !v.Time("x").IsZero() {
		t.Error("a nil map holds something")
	}
	v.Set("s", "text")
	v.Set("n", nil)
	for name, value := range map[string]any{"i": int64(7), "f": 1.5, "b": true, "t": now, "l": []string{"a"}, "p": []float64{1}, "id": ID("u1"), "j": map[string]any{"a": 1.0}} {
		v.Set(name, value)
	}
	if !v.Has("n") || !v.IsNull("n") || v.IsNull("s") || v.String("s") != "text" || v.Int("i") != 7 || v.Float("f") != 1.5 || v.Float("i") != 7 ||
		!v.Bool("b") || !v.Time("t").Equal(now) || v.ID("id") != "u1" || v.Int("f") != 0 || v.String("i") != "" {
		t.Errorf("%v", v)
	}
	if diff := cmp.Diff([]string{"a"}, v.Strings("l")); diff != "" || len(v.Numbers("p")) != 1 {
		t.Error(diff)
	}
	var dest struct{ A float64 }
	if err := v.Decode("j", &dest); err != nil || dest.A != 1 {
		t.Errorf("%v, %v", dest, err)
	}
	if err := v.Decode("n", &dest); err != nil || dest.A != 1 {
		t.Errorf("NULL changed the destination: %v, %v", dest, err)
	}
	v.Unset("n")
	if v.Has("n") {
		t.Error("Unset left the field")
	}
}
