package authcli

import (
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redacted stands for what must not be printed.
const redacted = "[redacted]"

// shortSecret is the length up to which a secret is only redacted where it stands
// as a word: taking every "a" out of a message would tell more than it hides.
const shortSecret = 3

// addSecret keeps a text out of everything that is printed of errors and logs, in
// the forms in which it may come back.
func (a *app) addSecret(text string) {
	if text == "" {
		return
	}
	plain := []string{text}
	for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		if p, err := unescape(text); err == nil {
			plain = append(plain, p)
		}
	}
	var forms []string
	for _, p := range plain {
		forms = append(forms, p, url.QueryEscape(p), url.PathEscape(p), url.UserPassword("", p).String()[1:])
	}
	for _, form := range forms {
		quoted := strings.ReplaceAll(form, `\`, `\\`)
		for _, s := range []string{form, quoted, strings.ReplaceAll(quoted, `"`, `\"`), strings.ReplaceAll(form, `'`, `''`)} {
			if s != "" && !slices.Contains(a.secrets, s) {
				a.secrets = append(a.secrets, s)
			}
		}
	}
	// The longest first, since one may be part of another.
	slices.SortStableFunc(a.secrets, func(x, y string) int { return len(y) - len(x) })
}

// userName is what names of users look like, and tokens do not: to redact "postgres"
// everywhere would take the scheme out of its URL.
var userName = regexp.MustCompile(`^[a-z_]{1,20}$`)

// addURL keeps the secrets of a database or Redis URL out of what is printed. It
// does not rely on the URL being right: the message that says it is wrong must not
// show them either.
func (a *app) addURL(raw string) {
	rest := raw
	if _, after, ok := strings.Cut(raw, "://"); ok {
		rest = after
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		a.addUserInfo(rest[:i])
	}
	_, query, _ := strings.Cut(raw, "?")
	for pair := range strings.FieldsFuncSeq(query, func(c rune) bool { return c == '&' || c == ';' }) {
		key, value, _ := strings.Cut(pair, "=")
		switch {
		case secretParameter(key):
			a.addSecret(value)
		case userParameter(key):
			a.addUser(value)
		}
	}
}

// addUserInfo keeps what stands before the @ of a URL out of what is printed.
func (a *app) addUserInfo(userInfo string) {
	if !userName.MatchString(userInfo) {
		a.addSecret(userInfo)
	}
	if user, password, ok := strings.Cut(userInfo, ":"); ok {
		a.addSecret(password)
		a.addUser(user)
	} else if userName.MatchString(userInfo) {
		a.addUser(userInfo)
	} else {
		a.addSecret(userInfo) // a token, as likely as a name
	}
	// With an @ of the password in front, the user info of a parser ends earlier.
	if early, _, ok := strings.Cut(userInfo, "@"); ok {
		if _, password, ok := strings.Cut(early, ":"); ok {
			a.addSecret(password)
		}
	}
	// What a parser takes for the parts of a URL with a bare / ? # in its password.
	for part := range strings.FieldsFuncSeq(userInfo, func(c rune) bool { return strings.ContainsRune(":/?#@", c) }) {
		if len(part) > shortSecret && part != strings.SplitN(userInfo, ":", 2)[0] {
			a.addSecret(part)
		}
	}
}

// addArguments keeps the secrets of URLs that were given in a wrong place out of the
// message that says so.
func (a *app) addArguments(args []string) {
	for _, arg := range args {
		if strings.ContainsAny(arg, "@?") {
			a.addURL(arg)
		}
	}
}

// addUser redacts the name of a user where drivers and servers quote it.
func (a *app) addUser(name string) {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	if name == "" {
		return
	}
	for _, s := range []string{`user=` + name, `"` + name + `"`, `'` + name + `'`, `user ` + name} {
		if !slices.Contains(a.secrets, s) {
			a.secrets = append(a.secrets, s)
		}
	}
}

// secretParameter reports whether the value of a URL's parameter is secret.
func secretParameter(key string) bool {
	key = strings.ToLower(key)
	for _, part := range []string{"pass", "pwd", "secret", "token", "key", "credential", "auth"} {
		if strings.Contains(key, part) {
			return true
		}
	}
	return false
}

func userParameter(key string) bool {
	switch strings.ToLower(key) {
	case "user", "uid", "username", "user id":
		return true
	default:
		return false
	}
}

// redact takes all known secrets out of a text.
func (a *app) redact(text string) string {
	for _, secret := range a.secrets {
		if len(secret) > shortSecret {
			text = strings.ReplaceAll(text, secret, redacted)
			continue
		}
		word := regexp.MustCompile(`(^|[^\pL\pN])` + regexp.QuoteMeta(secret) + `($|[^\pL\pN])`)
		text = word.ReplaceAllString(text, "${1}"+redacted+"${2}")
	}
	return text
}

// redactingWriter is where logs go.
type redactingWriter struct {
	a *app
	w io.Writer
}

// Write implements io.Writer. A log is written line by line.
func (w redactingWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.a.redact(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
