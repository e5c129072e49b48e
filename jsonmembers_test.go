package authplugin

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// readMembers are the members of an object.
func readMembers(text string, plain bool) (map[string]string, bool) {
	members, read := membersOf(text, plain), map[string]string{}
	for name, raw, ok := members.next(); ok; name, raw, ok = members.next() {
		read[name] = raw
	}
	return read, !members.failed
}

func TestJSONMembers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]string{
		`{}`:                                   {},
		`{"a":"b","c":[1,{"d":"e"}],"f":null}`: {"a": `"b"`, "c": `[1,{"d":"e"}]`, "f": `null`},
		` { "a" : 1.5e3 , "b" : "\"" } `:       {"a": `1.5e3`, "b": `"\""`},
		`{"a":"ä😀"}`:                           {"a": `"ä😀"`},
		``:                                     nil,
		`{"a":`:                                nil,
		`{"a":"b`:                              nil,
		`{"a" "b"}`:                            nil,
		`{"a":"b"}x`:                           nil,
		"{\"a\":\"\n\"}":                       nil,
		`{"\u0061":1}`:                         nil,
	} {
		got, ok := readMembers(text, isPlainJSON([]byte(text)))
		if ok != (want != nil) || ok && !maps.Equal(got, want) {
			t.Errorf("%s: %v %v, want %v", text, got, ok, want)
		}
	}
}

// What is read without looking for escapes is what is read with.
func FuzzJSONMembers(f *testing.F) {
	for _, text := range []string{`{"a":"b","c":[1,{"d":"e"}],"f":null}`, `{"a":"\\"}`, "{\"a\":\t1}", `{"é":"\u00e9"}`, "{\"a\":\"\x1f\"}", `{"12345678":"1234567\"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		plain := bytes.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '\\' }) < 0
		if isPlainJSON(text) != plain {
			t.Fatalf("%q is plain: %v", text, !plain)
		}
		got, ok := readMembers(string(text), plain)
		careful, carefully := readMembers(string(text), false)
		if ok != carefully || ok && !maps.Equal(got, careful) {
			t.Fatalf("%q: %v %v, with care %v %v", text, got, ok, careful, carefully)
		}
		if !json.Valid(text) {
			return
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil || object == nil {
			if ok {
				t.Fatalf("%q is no object, and has the members %v", text, got)
			}
			return
		}
		for name, raw := range got {
			if want := string(object[name]); ok && want != raw && !strings.ContainsRune(name, '\ufffd') && strings.ToValidUTF8(name, "") == name {
				t.Fatalf("%q: %s is %s, want %s", text, name, raw, want)
			}
		}
	})
}
