package authplugin

// TokenKey is a key that encrypts tokens in the database.
type TokenKey struct {
	// ID names the key in what it encrypts. It is unique and never changes.
	ID string
	// Secret is what the key is derived from, at least 32 bytes.
	Secret []byte
}
