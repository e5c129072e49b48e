package authplugin

import (
	"encoding/binary"
	"strings"
)

// jsonMembers walks through the members of a JSON object without copying them. It
// takes what json.Marshal and JSON.stringify write; of anything stranger it says that
// it failed, and encoding/json has to decide.
type jsonMembers struct {
	text   string
	at     int
	failed bool
	// plain says that no string of the text has an escape, or a control character.
	plain bool
}

// maxNesting is how deep objects and lists may be nested in a row: as deep as
// encoding/json reads them, which the row itself counts for.
const maxNesting = 10_000

// membersOf is the object that a text is. plain may say that the text has no escapes,
// see [isPlainJSON].
func membersOf(text string, plain bool) jsonMembers {
	o := jsonMembers{text: text, plain: plain}
	o.space()
	if !o.take('{') {
		o.failed = true
	}
	return o
}

// next is the next member: its name, and its value as JSON. It is false at the end.
func (o *jsonMembers) next() (name, value string, ok bool) {
	if o.failed {
		return "", "", false
	}
	o.space()
	if o.take('}') {
		o.space()
		o.failed = o.at != len(o.text)
		return "", "", false
	}
	if o.before() != '{' && !o.take(',') {
		return o.fail()
	}
	o.space()
	quoted, plain := o.string()
	if !plain {
		return o.fail()
	}
	o.space()
	if !o.take(':') {
		return o.fail()
	}
	o.space()
	from := o.at
	if !o.skip() {
		return o.fail()
	}
	return quoted[1 : len(quoted)-1], o.text[from:o.at], true
}

func (o *jsonMembers) fail() (name, value string, ok bool) {
	o.failed = true
	return "", "", false
}

// isPlainJSON reports whether a text has neither a backslash nor a control character:
// its strings then end at the next quote. White space other than a blank makes it false,
// too; neither the library nor JSON.stringify writes any.
func isPlainJSON(text []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64(text[i:])
		backslashes := word ^ '\\'*ones
		// Of each byte the highest bit is set if it is below a blank, or zero. Bytes
		// above may be taken for one that is not, when there is one.
		if (word-' '*ones)&^word&highs != 0 || (backslashes-ones)&^backslashes&highs != 0 {
			return false
		}
	}
	for _, c := range text[i:] {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return true
}

// before is the last character that is no space before the current one.
func (o *jsonMembers) before() byte {
	for i := o.at - 1; i >= 0; i-- {
		if c := o.text[i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func (o *jsonMembers) space() {
	for o.at < len(o.text) {
		switch o.text[o.at] {
		case ' ', '\n', '\t', '\r':
			o.at++
		default:
			return
		}
	}
}

// literal takes a text that comes next, if it does.
func (o *jsonMembers) literal(text string) bool {
	if !strings.HasPrefix(o.text[o.at:], text) {
		return false
	}
	o.at += len(text)
	return true
}

func (o *jsonMembers) take(c byte) bool {
	if o.at < len(o.text) && o.text[o.at] == c {
		o.at++
		return true
	}
	return false
}

// string takes a string with its quotes. It is not plain when it has escapes, or is
// none.
func (o *jsonMembers) string() (quoted string, plain bool) {
	from := o.at
	if !o.take('"') {
		return "", false
	}
	if o.plain {
		n := strings.IndexByte(o.text[o.at:], '"')
		if n < 0 {
			return "", false
		}
		o.at += n + 1
		return o.text[from:o.at], true
	}
	plain = true
	for o.at < len(o.text) {
		switch c := o.text[o.at]; {
		case c == '"':
			o.at++
			return o.text[from:o.at], plain
		case c == '\\':
			plain = false
			o.at += 2
		case c < ' ':
			return "", false
		default:
			o.at++
		}
	}
	return "", false
}

// skip passes over a value.
func (o *jsonMembers) skip() bool {
	if o.at >= len(o.text) {
		return false
	}
	switch o.text[o.at] {
	case '"':
		quoted, _ := o.string()
		return quoted != ""
	case '{', '[':
		return o.skipNested()
	default:
		return o.skipWord()
	}
}

// skipNested passes over an object or a list. Its commas and colons are not checked:
// whoever wants what is in it has encoding/json read it.
func (o *jsonMembers) skipNested() bool {
	var few [32]byte
	ends := few[:0] // of what is open
	for {
		for o.at < len(o.text) && (o.text[o.at] == ',' || o.text[o.at] == ':' || o.text[o.at] <= ' ') {
			o.at++
		}
		switch {
		case o.at >= len(o.text):
			return false
		case o.text[o.at] == '{' || o.text[o.at] == '[':
			if len(ends) == maxNesting {
				return false
			}
			ends = append(ends, o.text[o.at]+2) // '}' and ']' are two characters further
			o.at++
		case o.take(ends[len(ends)-1]):
			if ends = ends[:len(ends)-1]; len(ends) == 0 {
				return true
			}
		case !o.skip():
			return false
		}
	}
}

// isTooDeep reports whether what json.Marshal has written is nested too deep for a row
// to be read again.
func isTooDeep(text []byte) bool {
	if len(text) < 2*maxNesting {
		return false // what is open has to be closed
	}
	row := jsonMembers{text: "[" + string(text) + "]"}
	return !row.skip()
}

// skipWord passes over a number, true, false or null.
func (o *jsonMembers) skipWord() bool {
	from := o.at
	for o.at < len(o.text) {
		c := o.text[o.at]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' && c != '+' && c != '.' && c != 'E' {
			break
		}
		o.at++
	}
	return o.at > from
}
