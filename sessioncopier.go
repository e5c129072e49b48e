package authplugin

import (
	"reflect"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// sessionCopier writes a session and its user for the secondary storage, and reads
// them: {"session":{...},"user":{...}}, which is Better Auth's form, and members of the
// library's own.
type sessionCopier struct {
	session, user *rowCopier
	// stamp tells by which fields a copy was made; stampText is its member.
	stamp, stampText string
}

const (
	beforeSession = `{"session":`
	beforeUser    = `,"user":`
)

const (
	// stampMember holds the stamp; what Better Auth has written has none.
	stampMember = "authplugin"
	// staleMember says that the user of a stored session is to be read anew, see
	// storedsessions.go.
	staleMember = "stale"
	// onlyMember says that the session is in the storage alone: it has no row, and never
	// had one. A copy whose row was deleted does not have it.
	onlyMember = "only"
)

// maxCopySize is the size of the largest copy that is read or written.
const maxCopySize = 1 << 20

func newSessionCopier(session, user *binding) *sessionCopier {
	c := &sessionCopier{session: newRowCopier(session), user: newRowCopier(user)}
	c.stamp = strconv.FormatUint(uint64(c.session.fingerprint())<<32|uint64(c.user.fingerprint()), 36)
	c.stampText = `,"` + stampMember + `":"` + c.stamp + `"`
	return c
}

// write is the copy of a session. token is the token as it is stored.
func (c *sessionCopier) write(session, user reflect.Value, token string) ([]byte, error) {
	to, err := c.appendRows(session, user, token)
	return finished(to, err)
}

// writeOnly is a session that is in the storage alone, with a mark if that is not empty.
func (c *sessionCopier) writeOnly(session, user reflect.Value, token, stale string) ([]byte, error) {
	to, err := c.appendRows(session, user, token)
	to = append(to, `,"`+onlyMember+`":true`...)
	if stale != "" {
		to = append(to, `,"`+staleMember+`":"`+stale+`"`...)
	}
	return finished(to, err)
}

// finished ends what is written.
func finished(to []byte, err error) ([]byte, error) {
	if err == nil && len(to) >= maxCopySize {
		err = errTooLarge
	}
	if err != nil {
		return nil, err
	}
	return append(to, '}'), nil
}

// appendRows is what a copy and a stored session have in common.
func (c *sessionCopier) appendRows(session, user reflect.Value, token string) ([]byte, error) {
	to := make([]byte, 0, 1024)
	to = append(to, beforeSession...)
	to, err := c.session.appendRow(to, session, Values{"token": token})
	if err != nil {
		return nil, err
	}
	to = append(to, beforeUser...)
	if to, err = c.user.appendRow(to, user, nil); err != nil {
		return nil, err
	}
	return append(to, c.stampText...), nil
}

// copyVerdict is what a value under a session's key is.
type copyVerdict uint8

const (
	// copyUsable is a copy of the session that was asked for.
	copyUsable copyVerdict = iota
	// copyDiscarded marks a session that is being written.
	copyDiscarded
	// copyOutdated was made by another version of the configuration.
	copyOutdated
	// copyForeign is anything else.
	copyForeign
)

// readCopy is what a copy holds besides the rows.
type readCopy struct {
	verdict copyVerdict
	stale   string
	// own says that the library has written it, and only that it is a session which is
	// in the storage alone.
	own, only bool
}

// isStored reports whether a value is a session that the storage alone has: the
// library's own, or one of Better Auth's. A copy of a row is none; it is left over from
// another mode.
func (r readCopy) isStored() bool {
	return (r.verdict == copyUsable || r.verdict == copyOutdated) && (r.only || !r.own)
}

// read reads a copy into the structs of a session and a user. token is the token as it
// must be stored there.
func (c *sessionCopier) read(value []byte, token string, session, user reflect.Value) readCopy {
	if len(value) == 0 {
		return readCopy{verdict: copyDiscarded}
	}
	foreign := readCopy{verdict: copyForeign}
	text := withoutCopy(value)
	if len(text) > maxCopySize || !utf8.ValidString(text) {
		return foreign
	}
	plain := isPlainJSON(value)
	if read, ok := c.readPlaced(text, plain, session, user); ok {
		if !c.consistent(token, session, user) {
			return foreign
		}
		return read
	}
	session.SetZero()
	user.SetZero()
	return c.readMembers(text, plain, token, session, user)
}

// withoutCopy is a value of the storage as text, which the fields of rows are parts of.
// It belongs to the library, see [SecondaryStorage], and nobody changes it any more.
func withoutCopy(value []byte) string {
	return unsafe.String(unsafe.SliceData(value), len(value)) //nolint:gosec // a copy would be a fifth of what a look-up takes of memory
}

// readPlaced reads a copy that looks as the library writes it. It is false for any other.
func (c *sessionCopier) readPlaced(text string, plain bool, session, user reflect.Value) (read readCopy, ok bool) {
	members := jsonMembers{text: text, plain: plain}
	if !members.literal(beforeSession) || !c.session.readPlaced(&members, session) ||
		!members.literal(beforeUser) || !c.user.readPlaced(&members, user) || !members.literal(c.stampText) {
		return readCopy{}, false
	}
	read.own = true
	for name, raw, ok := members.next(); ok; name, raw, ok = members.next() {
		if !read.note(name, raw) {
			return readCopy{}, false
		}
	}
	return read, !members.failed
}

// readMembers reads a copy whose members come in any order.
func (c *sessionCopier) readMembers(text string, plain bool, token string, session, user reflect.Value) readCopy {
	var read readCopy
	foreign := readCopy{verdict: copyForeign}
	sessionText, userText, stamp := "", "", ""
	members := membersOf(text, plain)
	for name, raw, ok := members.next(); ok; name, raw, ok = members.next() {
		switch name {
		case "session":
			sessionText = raw
		case "user":
			userText = raw
		case stampMember:
			stamp, _ = unquoted(raw)
		default:
			read.note(name, raw)
		}
	}
	if members.failed {
		return foreign
	}
	read.own = stamp != ""
	if read.own && stamp != c.stamp {
		read.verdict = copyOutdated
	}
	if c.session.read(sessionText, plain, session) != nil || c.user.read(userText, plain, user) != nil || !c.consistent(token, session, user) {
		if stamp == "" || stamp == c.stamp {
			return foreign
		}
		return readCopy{verdict: copyOutdated, own: true}
	}
	return read
}

// note takes in a member that is a mark, and reports whether it is one.
func (r *readCopy) note(name, raw string) bool {
	switch name {
	case staleMember:
		r.stale, _ = unquoted(raw)
	case onlyMember:
		r.only = raw == "true"
	default:
		return false
	}
	return true
}

// consistent reports whether two rows are the session with a token, and its user.
func (c *sessionCopier) consistent(token string, session, user reflect.Value) bool {
	userID := c.user.text(user, "id")
	return userID != "" && c.session.text(session, "userId") == userID && c.session.text(session, "token") == token &&
		c.session.text(session, "id") != ""
}
