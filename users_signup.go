package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"slices"

	"gorm.io/gorm"
)

// SignUp creates a user who signs in by password, with the account for it, in one
// transaction. A taken e-mail address is [ErrDuplicate], an empty password [ErrInvalid].
func (u Users[T]) SignUp(ctx context.Context, user T, password string) (*T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	hash, err := o.core.hashPassword(ctx, password)
	if err != nil {
		return nil, err
	}
	created, _, err := u.CreateWithAccount(ctx, user, Account{ProviderID: CredentialProvider, Password: &hash})
	return created, err
}

// CreateWithAccount creates a user and an account of that user in one transaction;
// on PostgreSQL, where nobody's hook needs it, in one statement. The account's
// UserID is set, and its AccountID to the user's id where it is empty. A taken
// e-mail address, and an account that is linked already, are [ErrDuplicate].
func (u Users[T]) CreateWithAccount(ctx context.Context, user T, account Account) (*T, *Account, error) {
	if account.ProviderID == "" {
		accounts, err := open[Account](u.auth, ModelAccount)
		if err != nil {
			return nil, nil, err
		}
		return nil, nil, accounts.byName("providerId").errorf("is required")
	}
	if account.ProviderID != CredentialProvider {
		_, err := u.auth.Accounts().FindByProvider(ctx, account.ProviderID, account.AccountID)
		if err := orFound(err); err != nil {
			return nil, nil, err
		}
	}
	return u.createWithAccount(ctx, user, account)
}

// createWithAccount creates both, of an account that was not found to be linked.
func (u Users[T]) createWithAccount(ctx context.Context, user T, account Account) (*T, *Account, error) {
	users, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := open[Account](u.auth, ModelAccount)
	if err != nil {
		return nil, nil, err
	}
	if err := accounts.seal(&account); err != nil {
		return nil, nil, err
	}
	p := pair[T]{users: users, accounts: accounts, user: &user, account: &account}
	err = errExpression
	if p.together() {
		begin := p.beginAnew(true)
		if err = p.insertTogether(ctx); p.refusedForAnother(ctx, err) {
			begin()
			err = errExpression
		}
	}
	if errors.Is(err, errExpression) {
		err = p.insertApart(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	return &user, &account, accounts.unseal(&account)
}

// pair is a user and an account that are created together.
type pair[T any] struct {
	users    bound[T]
	accounts bound[Account]
	user     *T
	account  *Account
}

// together reports whether one statement may insert both. In a transaction of the
// caller it may not: there a failure is to be undone by a savepoint.
func (p pair[T]) together() bool {
	c, chain := p.users.core, p.users.handle.Callback().Create()
	return c.hot.userWithAccount != nil && !inTransaction(p.users.handle) && p.account.ID == "" &&
		c.createsAlone(p.users.binding, chain) && c.createsAlone(p.accounts.binding, chain) &&
		(p.account.ProviderID == CredentialProvider || p.derives()) &&
		!p.users.hasRelations(context.Background(), reflect.ValueOf(p.user).Elem())
}

// derives reports whether the account's id keeps others from linking it as well.
func (p pair[T]) derives() bool {
	_, ok := p.key().derivedID()
	return ok
}

func (p pair[T]) key() uniqueKey {
	return uniqueKey{model: p.accounts.model, parts: []string{p.account.ProviderID, p.account.AccountID}}
}

// complete fills in what the account takes from its user.
func (p pair[T]) complete() {
	p.account.UserID = ID(p.users.text(p.user, "id"))
	if p.account.AccountID == "" {
		p.account.AccountID = string(p.account.UserID)
	}
	if p.account.ProviderID == CredentialProvider || p.account.ID != "" {
		return // nobody else can know the user's id yet
	}
	p.account.ID, _ = p.key().derivedID()
}

// insertTogether inserts both by one statement.
func (p pair[T]) insertTogether(ctx context.Context) error {
	c, rv := p.users.core, reflect.ValueOf(p.user).Elem()
	handle := p.users.handle
	return c.runOwn(ctx, handle, func() error {
		op := operation{statement: c.hot.userWithAccount, alone: true, bind: func(db *gorm.DB, op *operation) bool {
			return p.bind(db, op, rv)
		}}
		op.executed = func(db *gorm.DB, _ sql.Result) error {
			db.RowsAffected = 1
			return nil
		}
		_, err := c.run(ctx, handle, handle.Callback().Create(), p.users.binding, p.user, op)
		return err
	})
}

func (p pair[T]) bind(db *gorm.DB, op *operation, rv reflect.Value) bool {
	ctx, c := db.Statement.Context, p.users.core
	c.guardLogger(db, p.accounts.binding) // whose secrets the statement writes, too
	p.complete()
	av := reflect.ValueOf(p.account).Elem()
	err := p.accounts.prepareStruct(db.Statement, av, normalizeTime(c.now()), false, nil)
	if err == nil {
		err = p.accounts.validateStruct(av)
	}
	if err != nil {
		_ = db.AddError(err)
		return true
	}
	args, shown, ok := c.writers[p.users.binding].parameters(ctx, rv, true)
	more, moreShown, okAccount := c.writers[p.accounts.binding].parameters(ctx, av, true)
	if !ok || !okAccount {
		_ = db.AddError(errExpression)
		return true
	}
	op.args, op.shown = slices.Concat(args, more), slices.Concat(shown, moreShown)
	return true
}

// errExpression says that a field holds an expression, which a compiled statement
// cannot write.
var errExpression = errors.New("authplugin: a field holds an expression")

// insertApart inserts one after the other in a transaction.
func (p pair[T]) insertApart(ctx context.Context) error {
	c := p.users.core
	derives := p.account.ID == ""
	chain := p.users.handle.Callback().Create()
	alone := !inTransaction(p.users.handle) && c.createsAlone(p.users.binding, chain) && c.createsAlone(p.accounts.binding, chain)
	begin := p.beginAnew(alone)
	run := func(tx *gorm.DB) error {
		begin()
		if err := c.createOnce(ctx, tx, p.users.binding, p.user); err != nil {
			return err
		}
		return p.insertAccount(ctx, tx, derives)
	}
	err := p.transact(ctx, alone, run)
	if p.refusedForAnother(ctx, err) {
		derives = false
		err = p.transact(ctx, alone, run)
	}
	return err
}

// insertAccount inserts the account of a user who is there. Without a derived id
// its key is to be locked.
func (p pair[T]) insertAccount(ctx context.Context, tx *gorm.DB, derives bool) error {
	given := p.account.ID
	p.complete()
	if p.account.ProviderID == CredentialProvider || (derives && p.account.ID != "") {
		return p.accounts.core.createOnce(ctx, tx, p.accounts.binding, p.account)
	}
	p.account.ID = given
	return Accounts[Account, T]{}.link(ctx, p.accounts, tx, p.account)
}

// transact runs what inserts both in a transaction.
func (p pair[T]) transact(ctx context.Context, alone bool, run func(tx *gorm.DB) error) error {
	c, handle := p.users.core, p.users.handle
	if !alone {
		return c.outcome(p.users.model, c.atomically(p.users.session(ctx), run))
	}
	for _, m := range []*model{p.users.model, p.accounts.model} {
		c.inserts[m].prepare(ctx, handle.Statement.ConnPool)
	}
	// The first statement writes: SQLite need not be told.
	return c.outcome(p.users.model, because(ctx, c.retry(ctx, ownRetries, func() error { return c.transact(ctx, handle, run) })))
}

// refusedForAnother reports whether a row whose key the application has changed
// since has the id that the account was to have.
func (p pair[T]) refusedForAnother(ctx context.Context, err error) bool {
	if !refusedByDatabase(err) || p.account.ProviderID == CredentialProvider {
		return false
	}
	id, ok := p.key().derivedID()
	if !ok {
		return false
	}
	var holders []Account
	err = p.accounts.read(ctx, func(db *gorm.DB) error {
		return db.Where(p.accounts.equals("id", id)).Limit(1).Find(&holders).Error
	})
	return err == nil && len(holders) > 0 &&
		!p.accounts.isOfProvider(&holders[0], p.account.ProviderID, p.account.AccountID)
}

// beginAnew is that of both rows. Where nobody else has a say nothing within them
// is changed, so that plain copies will do.
func (p pair[T]) beginAnew(alone bool) func() {
	if alone {
		user, account := *p.user, *p.account
		return func() { *p.user, *p.account = user, account }
	}
	beginUser := p.users.beginAnew(reflect.ValueOf(p.user).Elem())
	beginAccount := p.accounts.beginAnew(reflect.ValueOf(p.account).Elem())
	return func() {
		beginUser()
		beginAccount()
	}
}

// orFound turns the outcome of a look-up for what must not be there.
func orFound(err error) error {
	switch {
	case err == nil:
		return ErrDuplicate
	case errors.Is(err, ErrNotFound):
		return nil
	default:
		return err
	}
}
