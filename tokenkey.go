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
	ids := map[string]int{}
	for i, key := range b.cfg.Account.TokenKeys {
		path := fmt.Sprintf("Account.TokenKeys[%d]", i)
		other, taken := ids[key.ID]
		switch {
		case key.ID == "":
			b.errorf(path+".ID", "is empty")
		case strings.ContainsFunc(key.ID, func(c rune) bool { return c <= ' ' || c > '~' || c == ':' }):
			b.errorf(path+".ID", "has a character other than letters, digits and punctuation without the colon")
		case taken:
			b.errorf(path+".ID", "is that of Account.TokenKeys[%d]", other)
		default:
			ids[key.ID] = i
		}
		if len(key.Secret) < minTokenSecret {
			b.errorf(path+".Secret", "has less than %d bytes", minTokenSecret)
		}
	}
}
