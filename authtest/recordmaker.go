package authtest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// recordMaker makes up records for one database.
type recordMaker struct {
	*conformance

	auth *authplugin.Auth
	// made counts the records.
	made int
}

func (c *conformance) maker(auth *authplugin.Auth) *recordMaker {
	return &recordMaker{conformance: c, auth: auth}
}

// create makes a record, and those that it references.
func (r *recordMaker) create(t *testing.T, m authplugin.ModelInfo) authplugin.Record {
	t.Helper()
	record, err := r.auth.Records(m.Name).Create(t.Context(), r.values(t, m))
	if err != nil {
		t.Fatalf("authtest: create a record of %s: %v", m.Name, err)
	}
	return record
}

// values makes the values of a record, and the records that it references.
func (r *recordMaker) values(t *testing.T, m authplugin.ModelInfo) authplugin.Values {
	t.Helper()
	r.made++
	n, values := r.made, authplugin.Values{}
	for _, f := range m.Fields {
		if f.References == nil || f.References.Model == m.Name {
			continue
		}
		other, ok := r.auth.Schema().Model(f.References.Model)
		if ok && (!f.Optional || !r.left[other.Name]) {
			values[f.Name] = r.create(t, other)[f.References.Field]
		}
	}
	if own := r.conformance.values[m.Name]; own != nil {
		return own(n, values)
	}
	for _, f := range m.Fields {
		if f.Primary || f.References != nil {
			continue
		}
		if v := sample(m, f, n); v != nil {
			values[f.Name] = v
		}
	}
	return values
}

// sample is a value of a field that differs with n.
func sample(m authplugin.ModelInfo, f authplugin.FieldInfo, n int) any {
	switch f.Type {
	case "string":
		text := fmt.Sprintf("%s-%s-%d@example.com", strings.ToLower(m.Name), strings.ToLower(f.Name), n)
		if f.Size > 0 && len(text) > f.Size {
			text = fmt.Sprintf("%0*d", min(f.Size, 8), n)
		}
		return text
	case "enum":
		return f.Enum[n%len(f.Enum)]
	case "number", "bigint":
		return int64(1000 + n)
	case "float":
		return float64(n) + 0.5
	case "boolean":
		return n%2 == 1
	case "date":
		return time.Date(2031, 2, 3, 4, 5, n%60, 678_000_000, time.UTC)
	case "json":
		return map[string]any{"n": float64(n), "list": []any{"ä", nil, true}}
	case "string[]":
		return []string{"one", strconv.Itoa(n)}
	case "number[]":
		return []float64{1.5, float64(n)}
	default:
		return nil // only GORM knows how to write it
	}
}
