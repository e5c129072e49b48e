package betterauth

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"
)

//go:embed schemas.json
var schemas []byte

// Core is the name of the core among the schemas.
const Core = "core"

// Field is a field as Better Auth's source describes it.
type Field struct {
	// Type is string, number, boolean or date.
	Type     string `json:"type"`
	Required bool   `json:"required"`
	Unique   bool   `json:"unique"`
	Index    bool   `json:"index"`
	Sortable bool   `json:"sortable"`
	BigInt   bool   `json:"bigint"`
	// DefaultValue is a constant, or a text such as "now()" for a function.
	DefaultValue any `json:"defaultValue"`
	// OnUpdate is "now()", or empty.
	OnUpdate string `json:"onUpdate"`
	// Input and Returned are true unless they are given.
	Input      *bool      `json:"input"`
	Returned   *bool      `json:"returned"`
	References *Reference `json:"references"`
}

// Reference is a foreign key.
type Reference struct {
	Model    string `json:"model"`
	Field    string `json:"field"`
	OnDelete string `json:"onDelete"`
}

// ServerOnly reports whether clients may not set the field.
func (f Field) ServerOnly() bool { return f.Input != nil && !*f.Input }

// Hidden reports whether the field is left out of what clients see.
func (f Field) Hidden() bool { return f.Returned != nil && !*f.Returned }

// Schema is what the core or a plugin adds: fields by model, under logical names. The id
// that every model has is not among them.
func Schema(t testing.TB, name string) map[string]map[string]Field {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(schemas, &all); err != nil {
		t.Fatal(err)
	}
	text, ok := all[name]
	if !ok || strings.HasPrefix(name, "$") {
		t.Fatalf("betterauth: there is no schema of %q", name)
	}
	var models map[string]map[string]Field
	if err := json.Unmarshal(text, &models); err != nil {
		t.Fatal(err)
	}
	return models
}
