package authplugin

import (
	"fmt"
	"log/slog"
	"strings"
)

// TokenKey is a key that encrypts tokens in the database. It is printed without
// its secret.
type TokenKey struct {
	// ID names the key in what it encrypts. It is unique, never changes, and is
	// printable ASCII without spaces and colons.
	ID string
	// Secret is what the key is derived from, at least 32 random bytes.
	Secret []byte `json:"-"`
}

var (
	_ fmt.Formatter  = TokenKey{}
	_ slog.LogValuer = TokenKey{}
)

// Format prints the key without its secret, under every verb.
func (k TokenKey) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "TokenKey{ID:%s Secret:%s}", k.ID, redacted)
}

// LogValue is what slog writes: the text of Format.
func (k TokenKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

const minTokenSecret = 32

func (b *schemaBuilder) checkTokenKeys() {
	for _, mistake := range checkKeys("Account.TokenKeys", b.cfg.Account.TokenKeys) {
		b.errs = append(b.errs, mistake)
	}
}

// checkKeys are the mistakes of keys, which stand at a path.
func checkKeys(at string, keys []TokenKey) (mistakes []*ConfigError) {
	ids := map[string]int{}
	for i, key := range keys {
		path := fmt.Sprintf("%s[%d]", at, i)
		refuse := func(part, format string, args ...any) {
			mistakes = append(mistakes, &ConfigError{Path: path + part, Problem: fmt.Sprintf(format, args...)})
		}
		other, taken := ids[key.ID]
		switch {
		case key.ID == "":
			refuse(".ID", "is empty")
		case strings.ContainsFunc(key.ID, func(c rune) bool { return c <= ' ' || c > '~' || c == ':' }):
			refuse(".ID", "has a character other than letters, digits and punctuation without the colon")
		case taken:
			refuse(".ID", "is that of %s[%d]", at, other)
		default:
			ids[key.ID] = i
		}
		if len(key.Secret) < minTokenSecret {
			refuse(".Secret", "has less than %d bytes", minTokenSecret)
		}
	}
	return mistakes
}
