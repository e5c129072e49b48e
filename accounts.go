package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// CredentialProvider is the ProviderID of an account that signs in by password.
// Its AccountID is the user's id.
const CredentialProvider = "credential"

// Accounts are the operations on accounts. A is [Account] and U is [User], or the
// application's own structs that are configured as their Model. What is said of
// [Users] holds for them too.
//
// With [AccountConfig.TokenKeys], operations encrypt the tokens that they write
// and decrypt those that they read; plain GORM sees them encrypted.
type Accounts[A, U any] struct{ auth *Auth }

// Accounts are the operations on accounts.
func (a *Auth) Accounts() Accounts[Account, User] { return Accounts[Account, User]{a} }

// AccountsOf are the operations on accounts with the application's own structs.
func AccountsOf[A, U any](a *Auth) Accounts[A, U] { return Accounts[A, U]{a} }

// FoundAccount is an account with its user.
type FoundAccount[A, U any] struct {
	Account *A
	User    *U
}

// Link links an account of a provider to a user. An account that is linked
// already, to whichever user, is [ErrDuplicate], also where the table lacks the
// unique index and many link it at once. One without a ProviderID or AccountID is
// [ErrInvalid]. What [Verifications.Reserve] says of transactions holds for it, too.
func (a Accounts[A, U]) Link(ctx context.Context, account A) (*A, error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return nil, err
	}
	for _, name := range [...]string{"providerId", "accountId"} {
		if o.text(&account, name) == "" {
			return nil, o.byName(name).errorf("is required")
		}
	}
	if err := o.seal(&account); err != nil {
		return nil, err
	}
	if err := o.core.outcome(o.model, a.link(ctx, o, o.session(ctx), &account)); err != nil {
		return nil, err
	}
	return &account, o.unseal(&account)
}

// link inserts an account that is linked nowhere, whose tokens are encrypted.
func (a Accounts[A, U]) link(ctx context.Context, o bound[A], db *gorm.DB, account *A) error {
	provider, id := o.text(account, "providerId"), o.text(account, "accountId")
	// The look-up for others would be an error of the database.
	if err := errors.Join(o.byName("providerId").checkString(provider), o.byName("accountId").checkString(id)); err != nil {
		return err
	}
	has := func(row *A) bool { return o.isOfProvider(row, provider, id) }
	others := func() []clause.Expression { return o.ofProvider(provider, id) }
	return o.only(account, uniqueKey{parts: []string{provider, id}}, has, others).insert(ctx, db)
}

// isOfProvider reports whether a row is the account of a provider.
func (o bound[T]) isOfProvider(account *T, provider, id string) bool {
	return o.text(account, "providerId") == provider && o.text(account, "accountId") == id
}

// ofProvider are the conditions on the account of a provider.
func (o bound[T]) ofProvider(provider, id string) []clause.Expression {
	where := []clause.Expression{o.equals("providerId", provider), o.equals("accountId", id)}
	if exact := o.core.exactText(1); exact != "" {
		where = append(where, clause.Expr{SQL: exact, Vars: []any{o.column("accountId"), id}})
	}
	return where
}

// Unlink removes an account from a user. An account that the user does not have
// is [ErrNotFound].
func (a Accounts[A, U]) Unlink(ctx context.Context, userID, id ID) error {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return err
	}
	n, err := o.delete(ctx, o.equals("id", id), o.equals("userId", userID))
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// List lists the accounts of a user, the oldest first.
func (a Accounts[A, U]) List(ctx context.Context, userID ID) ([]A, error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return nil, err
	}
	accounts := []A{}
	err = o.read(ctx, func(db *gorm.DB) error {
		return db.Where(o.equals("userId", userID)).Clauses(clause.OrderBy{Columns: []clause.OrderByColumn{
			{Column: o.column("createdAt")}, {Column: o.column("id")},
		}}).Find(&accounts).Error
	})
	if err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	for i := range accounts {
		if err := o.unseal(&accounts[i]); err != nil {
			return nil, err
		}
	}
	return accounts, nil
}

// FindByProvider finds the account of a provider and its user, with one
// statement. It is [ErrNotFound] when there is none. Of several, which a table
// without the unique index may hold, it is the oldest.
func (a Accounts[A, U]) FindByProvider(ctx context.Context, providerID, accountID string) (*FoundAccount[A, U], error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return nil, err
	}
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, err
	}
	if providerID == "" || accountID == "" || !storable(providerID) || !storable(accountID) {
		return nil, ErrNotFound
	}
	l := lookUp{o.core.hot.accountByProvider, keyOf(false, providerID, accountID)}
	reader := o.core.reader(o.binding, users)
	found := &FoundAccount[A, U]{Account: new(A), User: new(U)}
	n, err := o.query(ctx, l, found.Account, func(rows *sql.Rows) (int64, error) {
		for rows.Next() {
			*found.Account, *found.User = *new(A), *new(U)
			if err := reader.scan(ctx, rows, found.Account, found.User); err != nil {
				return 0, err
			}
			// MySQL and SQL Server find ids that differ in case, too.
			if o.isOfProvider(found.Account, providerID, accountID) {
				return 1, nil
			}
		}
		return 0, rows.Err()
	})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotFound
	}
	return found, o.unseal(found.Account)
}

// AccountTokens are the tokens of an OAuth account. What is nil is left as it is.
type AccountTokens struct {
	AccessToken, RefreshToken, IDToken          *string
	AccessTokenExpiresAt, RefreshTokenExpiresAt *time.Time
	Scope                                       *string
}

// values are the fields that tokens set.
func (t AccountTokens) values() Values {
	values := Values{}
	for name, token := range map[string]*string{
		"accessToken": t.AccessToken, "refreshToken": t.RefreshToken, "idToken": t.IDToken, "scope": t.Scope,
	} {
		if token != nil {
			values[name] = *token
		}
	}
	for name, moment := range map[string]*time.Time{
		"accessTokenExpiresAt": t.AccessTokenExpiresAt, "refreshTokenExpiresAt": t.RefreshTokenExpiresAt,
	} {
		if moment != nil {
			values[name] = *moment
		}
	}
	return values
}

// UpdateTokens stores new tokens of an account, and returns the account as it is
// then. It is [ErrNotFound] when there is none.
func (a Accounts[A, U]) UpdateTokens(ctx context.Context, id ID, tokens AccountTokens) (*A, error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return nil, err
	}
	var account *A
	err = o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		var row A
		if err := tx.Where(o.equals("id", id)).Take(&row).Error; err != nil {
			return err
		}
		values := tokens.values()
		o.sealValues(&row, values)
		o := o
		o.handle = tx
		account, err = o.update(ctx, id, values)
		return err
	})
	if err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	return account, o.unseal(account)
}
