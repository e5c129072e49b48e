package generate

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// tsObject is an object literal of TypeScript, in order.
type tsObject []tsMember

// tsMember is a member of an object: an expression or an object of its own, with
// comments before it. Without either it is the comments alone.
type tsMember struct {
	key    string
	value  string
	object tsObject
	notes  []string
}

func (o *tsObject) add(key, value string) { *o = append(*o, tsMember{key: key, value: value}) }

// addObject adds an object that is not empty.
func (o *tsObject) addObject(key string, object tsObject) {
	if len(object) > 0 {
		*o = append(*o, tsMember{key: key, object: object})
	}
}

func (o *tsObject) note(text string) { *o = append(*o, tsMember{notes: []string{text}}) }

// text writes the literal, its members indented by one tab more than depth.
func (o tsObject) text(depth int) string {
	if len(o) == 0 {
		return "{}"
	}
	var b strings.Builder
	indent := strings.Repeat("\t", depth+1)
	b.WriteString("{\n")
	for _, m := range o {
		for _, note := range m.notes {
			b.WriteString(indent + "// " + singleLine(note) + "\n")
		}
		switch {
		case m.object != nil:
			b.WriteString(indent + tsKey(m.key) + ": " + m.object.text(depth+1) + ",\n")
		case m.value != "":
			b.WriteString(indent + tsKey(m.key) + ": " + m.value + ",\n")
		}
	}
	b.WriteString(strings.Repeat("\t", depth) + "}")
	return b.String()
}

var tsIdentifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// tsKey is a key of an object literal. The one that would set the prototype is
// computed, which makes it a key like any other.
func tsKey(key string) string {
	switch {
	case key == "__proto__":
		return `["__proto__"]`
	case tsIdentifier.MatchString(key):
		return key
	default:
		return jsonText(key)
	}
}

// tsStrings is an array of strings. JSON is TypeScript, but for the key that
// tsKey minds.
func tsStrings(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = jsonText(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// tsJSON is JSON as an expression.
func tsJSON(text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return "null" // it comes from jsonText
	}
	return tsValue(v)
}

// tsValue is a value out of encoding/json: objects have their keys in order.
func tsValue(v any) string {
	switch x := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		members := make([]string, len(keys))
		for i, k := range keys {
			members[i] = tsKey(k) + ": " + tsValue(x[k])
		}
		return "{ " + strings.Join(members, ", ") + " }"
	case []any:
		items := make([]string, len(x))
		for i, item := range x {
			items[i] = tsValue(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return jsonText(v)
	}
}
