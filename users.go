package authplugin

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Users are the operations on users. T is [User], or the application's own struct
// that is configured as the user's Model.
//
// Like all operations, they join the transaction that their Auth is bound to,
// run the hooks of the models that they write, and are safe for concurrent use.
// Reads go to the primary, never to a replica of dbresolver.
type Users[T any] struct{ auth *Auth }

// Users are the operations on users.
func (a *Auth) Users() Users[User] { return Users[User]{a} }

// UsersOf are the operations on users with the application's own struct.
func UsersOf[T any](a *Auth) Users[T] { return Users[T]{a} }

// FindOption changes what a look-up of a user reads.
type FindOption func(*findOptions)

type findOptions struct{ accounts bool }

// WithAccounts reads the user's accounts too, with one more statement.
func WithAccounts() FindOption { return func(o *findOptions) { o.accounts = true } }

// Create creates a user. Its e-mail address is stored in lower case; one that is
// taken is [ErrDuplicate]. As with plain GORM, that ends a transaction of
// PostgreSQL which it is part of; a savepoint ([Auth.Transaction] within the
// transaction) keeps it alive.
func (u Users[T]) Create(ctx context.Context, user T) (*T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	if err := o.create(ctx, &user); err != nil {
		return nil, err
	}
	return &user, nil
}

// FindByID finds a user by id. It is [ErrNotFound] when there is none.
func (u Users[T]) FindByID(ctx context.Context, id ID, opts ...FindOption) (*T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	arg, ok := o.model.idParameter(id)
	if !ok {
		return nil, ErrNotFound
	}
	user, err := o.find(ctx, lookUp{o.core.hot.userByID, keyOf(false, arg)})
	if err != nil {
		return nil, err
	}
	// MySQL and SQL Server find ids that differ in case, too.
	if text, ok := arg.(string); ok && o.text(user, "id") != text {
		return nil, ErrNotFound
	}
	return u.complete(ctx, user, opts)
}

// FindByEmail finds a user by e-mail address, in any case. It is [ErrNotFound]
// when there is none.
func (u Users[T]) FindByEmail(ctx context.Context, email string, opts ...FindOption) (*T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	user, err := u.byEmail(ctx, o, email)
	if err != nil {
		return nil, err
	}
	return u.complete(ctx, user, opts)
}

func (u Users[T]) byEmail(ctx context.Context, o bound[T], email string) (*T, error) {
	email = lowerCase(email)
	// A row that lacks an address is nobody's who comes without one.
	if email == "" || !storable(email) {
		return nil, ErrNotFound
	}
	user, err := o.find(ctx, lookUp{o.core.hot.userByEmail, keyOf(false, email)})
	if err != nil {
		return nil, err
	}
	// MySQL and SQL Server find addresses that differ in accents or spaces, too.
	if lowerCase(o.text(user, "email")) != email {
		return nil, ErrNotFound
	}
	return user, nil
}

// complete applies the options of a look-up.
func (u Users[T]) complete(ctx context.Context, user *T, opts []FindOption) (*T, error) {
	if len(opts) == 0 {
		return user, nil
	}
	var options findOptions
	for _, opt := range opts {
		opt(&options)
	}
	if !options.accounts {
		return user, nil
	}
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	accounts, err := u.auth.Accounts().List(ctx, ID(o.text(user, "id")))
	if err != nil {
		return nil, err
	}
	field := reflect.ValueOf(user).Elem().FieldByName("Accounts")
	if !field.IsValid() || field.Type() != reflect.TypeFor[[]Account]() {
		return nil, fmt.Errorf("authplugin: WithAccounts needs the field Accounts of type []authplugin.Account in %T", *user)
	}
	field.Set(reflect.ValueOf(accounts))
	return user, nil
}

// Update sets fields of a user by logical name, and returns the user as it is
// then. It is [ErrNotFound] when there is none.
func (u Users[T]) Update(ctx context.Context, id ID, values Values) (*T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	return o.update(ctx, id, values)
}

// UpdateByEmail is Update for the user that has an e-mail address.
func (u Users[T]) UpdateByEmail(ctx context.Context, email string, values Values) (*T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	user, err := u.byEmail(ctx, o, email)
	if err != nil {
		return nil, err
	}
	return o.update(ctx, ID(o.text(user, "id")), values)
}

// Delete deletes a user with everything that belongs to it: sessions, accounts
// and the rows of plugins that reference the user. Their hooks run too. It is
// [ErrNotFound] when there is no such user, and what a [UserDeletePlugin] refuses it
// with.
func (u Users[T]) Delete(ctx context.Context, id ID) error {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return err
	}
	if !storable(string(id)) {
		return ErrNotFound
	}
	return o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		tx, err := o.core.askDelete(tx, o.model, id)
		if err != nil {
			return err
		}
		if err := o.lockUser(tx, id); err != nil {
			return err
		}
		if err := o.core.deleteDependents(tx, o.model, id); err != nil {
			return err
		}
		db := tx.Where(o.equals("id", id)).Delete(new(T))
		if db.Error == nil && db.RowsAffected == 0 {
			return ErrNotFound
		}
		return db.Error
	})
}

// lockUser has those who add a row to a user, such as a session, wait, and waits
// for them. On PostgreSQL the deletes of what belongs to the user would not see
// theirs; the foreign key would then delete it, without hooks.
func (o bound[T]) lockUser(tx *gorm.DB, id ID) error {
	if o.core.dialect.Name() != "postgres" {
		return nil
	}
	locking := clause.Locking{Strength: clause.LockingStrengthUpdate}
	var ids []ID
	return tx.Model(new(T)).Clauses(locking).Where(o.equals("id", id)).Pluck(o.model.primary().column, &ids).Error
}
