package authplugin

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"time"
	"unicode/utf8"
)

// latestMember is the latest time, in milliseconds since 1970, that every program reads
// as it was written: numbers in JSON are floating point to most of them.
const latestMember = 1 << 53

// listedMember is a member as it is read: a time may be any number in JSON.
type listedMember struct {
	Token     string  `json:"token"`
	ExpiresAt float64 `json:"expiresAt"`
}

// encodedMember is a member as Better Auth writes it.
type encodedMember struct {
	Token     string `json:"token"`
	ExpiresAt int64  `json:"expiresAt"`
}

// parseListMembers reads the members of a list. What is no list has none, and what is
// no member is left out: others write to the same storage.
func parseListMembers(value []byte) []ListMember {
	listed := parseListed(value)
	members := make([]ListMember, len(listed))
	for i, m := range listed {
		members[i] = ListMember{m.Token, time.UnixMilli(m.ExpiresAt)}
	}
	return members
}

func parseListed(value []byte) []encodedMember {
	var raw []json.RawMessage
	if json.Unmarshal(value, &raw) != nil {
		return nil
	}
	members := make([]encodedMember, 0, len(raw))
	for _, text := range raw {
		var m listedMember
		if json.Unmarshal(text, &m) == nil && m.Token != "" {
			// A number beyond the range of integers must not turn into one below zero.
			expires := max(-latestMember, min(math.Floor(m.ExpiresAt), latestMember))
			members = append(members, encodedMember{m.Token, int64(expires)})
		}
	}
	return members
}

// Edit applies the edit to the value of a key, nil when the key is absent, for
// storages that have no better way. It returns the new value and how long it lives;
// zero or less means that the key is to be deleted.
func (e ListEdit) Edit(value []byte) (edited []byte, ttl time.Duration) {
	now := e.Now.UnixMilli()
	gone := make(map[string]bool, len(e.Leave)+len(e.Enter))
	for _, token := range e.Leave {
		gone[token] = true
	}
	entered := make(map[string]int64, len(e.Enter))
	for _, m := range e.Enter {
		gone[m.Token] = true
		entered[m.Token] = min(m.ExpiresAt.UnixMilli(), latestMember)
	}
	members := slices.DeleteFunc(parseListed(value), func(m encodedMember) bool { return gone[m.Token] })
	for _, m := range e.Enter {
		// Of members with the same token the last one counts, once.
		if expires, ok := entered[m.Token]; ok && m.Token != "" {
			members = append(members, encodedMember{validText(m.Token), expires})
			delete(entered, m.Token)
		}
	}
	members = slices.DeleteFunc(members, func(m encodedMember) bool { return m.ExpiresAt <= now })
	if len(members) == 0 {
		return nil, 0
	}
	slices.SortStableFunc(members, func(a, b encodedMember) int { return int(max(-1, min(a.ExpiresAt-b.ExpiresAt, 1))) })
	last := members[len(members)-1].ExpiresAt
	return encodeListMembers(members), time.Duration(min(last-now, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

// validText replaces each byte that is no UTF-8, as reading it from JSON does, so that
// a list is written alike before and after it has been read.
func validText(token string) string {
	if utf8.ValidString(token) {
		return token
	}
	return string([]rune(token))
}

// encodeListMembers writes a list as JSON.stringify does.
func encodeListMembers(members []encodedMember) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(members) //nolint:errchkjson // texts and numbers can always be written
	return unescaped(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

// unescaped has the two separators of lines in place of their escapes, which encoding/json
// writes for the sake of JavaScript before 2019, and JSON.stringify does not.
func unescaped(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u202`)) {
		return text
	}
	to := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		switch rest := text[i:]; {
		case bytes.HasPrefix(rest, []byte(`\u2028`)), bytes.HasPrefix(rest, []byte(`\u2029`)):
			to, i = utf8.AppendRune(to, '\u2020'+rune(rest[5]-'0')), i+6
		case rest[0] == '\\':
			to, i = append(to, rest[:2]...), i+2
		default:
			to, i = append(to, rest[0]), i+1
		}
	}
	return to
}
