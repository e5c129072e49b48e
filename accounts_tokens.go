package authplugin

import (
	"context"

	"gorm.io/gorm/clause"
)

// tokenFields are the fields of an account that are encrypted.
var tokenFields = [...]string{"accessToken", "refreshToken", "idToken"} //nolint:gochecknoglobals // a table that nothing writes

// place is where a token of an account stands.
func (o bound[T]) place(account *T, name string) tokenPlace {
	return tokenPlace{field: name, providerID: o.text(account, "providerId"), accountID: o.text(account, "accountId")}
}

// seal encrypts the tokens of an account that is about to be written.
func (o bound[T]) seal(account *T) error {
	if o.core.tokens == nil {
		return nil
	}
	for _, name := range tokenFields {
		if o.value(account, name) == nil {
			continue
		}
		if err := o.set(account, name, o.core.tokens.encrypt(o.text(account, name), o.place(account, name))); err != nil {
			return err
		}
	}
	return nil
}

// sealValues encrypts the tokens among the fields that are about to be set.
func (o bound[T]) sealValues(account *T, values Values) {
	for _, name := range tokenFields {
		if token, ok := values[name].(string); ok {
			values[name] = o.core.tokens.encrypt(token, o.place(account, name))
		}
	}
}

// unseal decrypts the tokens of an account that was read or written.
func (o bound[T]) unseal(account *T) error {
	for _, name := range tokenFields {
		if o.value(account, name) == nil {
			continue
		}
		stored := o.text(account, name)
		token, err := o.core.tokens.decrypt(stored, o.place(account, name))
		if err != nil {
			return err
		}
		if token == stored {
			continue
		}
		if err := o.set(account, name, token); err != nil {
			return err
		}
	}
	return nil
}

// tokenBatch is how many accounts are read at a time to encrypt their tokens anew.
const tokenBatch = 200

// EncryptTokens encrypts the tokens that are stored in plain text, or with a key
// that is not the first of [AccountConfig.TokenKeys]; a key may be taken away when
// it has run. It returns how many accounts it changed, also when it ends with an
// error. It goes through the table in batches, and may run while the table is in
// use, in several processes, and again.
func (a Accounts[A, U]) EncryptTokens(ctx context.Context) (int64, error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil || o.core.tokens == nil {
		return 0, err
	}
	var changed int64
	err = o.eachRow(ctx, tokenBatch, func(account *A) error {
		one, err := a.encryptTokens(ctx, o, account)
		if one {
			changed++
		}
		return err
	})
	return changed, err
}

// encryptTokens encrypts the tokens of one account anew, unless they have changed
// since they were read.
func (a Accounts[A, U]) encryptTokens(ctx context.Context, o bound[A], account *A) (bool, error) {
	values, same := map[string]any{}, []clause.Expression{o.equals("id", ID(o.text(account, "id")))}
	for _, name := range tokenFields {
		stored := o.text(account, name)
		if o.value(account, name) == nil || !o.core.tokens.needsRotation(stored) {
			continue
		}
		place := o.place(account, name)
		token, err := o.core.tokens.decrypt(stored, place)
		if err != nil {
			return false, err
		}
		values[o.model.byName[name].column] = o.core.tokens.encrypt(token, place)
		same = append(same, o.equals(name, stored))
	}
	if len(values) == 0 {
		return false, nil
	}
	var n int64
	err := o.core.runOwn(ctx, o.handle, func() error {
		db := o.session(ctx).Model(new(A)).Clauses(clause.Where{Exprs: same}).UpdateColumns(values)
		n = db.RowsAffected
		return db.Error
	})
	return n > 0, o.core.outcome(o.model, err)
}
