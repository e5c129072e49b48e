package authplugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// ProviderIdentity is what a provider says about who signs in.
type ProviderIdentity struct {
	// ProviderID names the provider, such as "github"; AccountID is who it is there.
	ProviderID, AccountID string
	// Email is the address, and EmailVerified whether the provider has verified it.
	Email         string
	EmailVerified bool
	// Name and Image are used when a user is created.
	Name  string
	Image *string
	// Profile is everything that the provider sent, for
	// [AccountConfig.MapProfileToUser].
	Profile map[string]any
	// Tokens are the tokens that it issued.
	Tokens AccountTokens
}

// SignedIn is the outcome of [Accounts.SignIn].
type SignedIn[A, U any] struct {
	Account *A
	User    *U
	// Created says that the user is new, Linked that the account is new to a user
	// who was there.
	Created, Linked bool
}

// SignIn finds the user of a provider's account and stores its new tokens. An
// account that is new is linked to the user with its e-mail address, if
// [AccountLinking] allows it, which is [ErrNotLinked] otherwise; without such a
// user, one is created with it. Of many concurrent callers one creates or links,
// and the others find.
func (a Accounts[A, U]) SignIn(ctx context.Context, who ProviderIdentity) (*SignedIn[A, U], error) {
	if err := a.refuseIdentity(who); err != nil {
		return nil, err
	}
	for attempt := 0; ; attempt++ {
		in, err := a.signIn(ctx, who)
		// Somebody else has created, linked or unlinked it meanwhile.
		if (errors.Is(err, ErrDuplicate) || errors.Is(err, ErrNotFound)) && attempt < signInAttempts {
			continue
		}
		return in, err
	}
}

const signInAttempts = 3

func (a Accounts[A, U]) refuseIdentity(who ProviderIdentity) error {
	c, err := a.auth.ready()
	if err != nil {
		return err
	}
	m := c.schema.byName[ModelAccount]
	switch {
	case who.ProviderID == "":
		return m.byName["providerId"].errorf("is required")
	case who.ProviderID == CredentialProvider:
		return m.byName["providerId"].errorf("must name a provider; %q is for passwords", CredentialProvider)
	case who.AccountID == "":
		return m.byName["accountId"].errorf("is required")
	default:
		return nil
	}
}

func (a Accounts[A, U]) signIn(ctx context.Context, who ProviderIdentity) (*SignedIn[A, U], error) {
	found, err := a.FindByProvider(ctx, who.ProviderID, who.AccountID)
	switch {
	case err == nil:
		return a.welcome(ctx, found, who)
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	users := UsersOf[U](a.auth)
	user, err := users.FindByEmail(ctx, who.Email)
	switch {
	case err == nil:
		in, err := a.linkByEmail(ctx, user, who)
		if !errors.Is(err, ErrNotLinked) {
			return in, err
		}
		// The user may have come with this very account, after the first look.
		if found, err := a.FindByProvider(ctx, who.ProviderID, who.AccountID); err == nil {
			return a.welcome(ctx, found, who)
		}
		return nil, err
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	return a.signUp(ctx, who)
}

// welcome stores the tokens of an account that is known.
func (a Accounts[A, U]) welcome(ctx context.Context, found *FoundAccount[A, U], who ProviderIdentity) (*SignedIn[A, U], error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return nil, err
	}
	account := found.Account
	if len(who.Tokens.values()) > 0 {
		if account, err = a.UpdateTokens(ctx, ID(o.text(account, "id")), who.Tokens); err != nil {
			return nil, err
		}
	}
	return &SignedIn[A, U]{Account: account, User: found.User}, nil
}

// linkByEmail links a new account to the user who has its address.
func (a Accounts[A, U]) linkByEmail(ctx context.Context, user *U, who ProviderIdentity) (*SignedIn[A, U], error) {
	users, err := open[U](a.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	linking := users.core.cfg.Account.Linking
	trusted := who.EmailVerified || slices.Contains(linking.TrustedProviders, who.ProviderID)
	verified, _ := users.value(user, "emailVerified").(bool)
	if linking.Disabled || !trusted || (!linking.AllowUnverifiedLocal && !verified) {
		return nil, ErrNotLinked
	}
	account := new(A)
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return nil, err
	}
	if err := o.fill(account, who.accountValues(ID(users.text(user, "id")))); err != nil {
		return nil, err
	}
	in := &SignedIn[A, U]{User: user, Linked: true}
	err = o.core.atomically(o.session(ctx), func(db *gorm.DB) error {
		tx := a.auth.WithDB(db)
		if in.Account, err = AccountsOf[A, U](tx).Link(ctx, *account); err != nil {
			return err
		}
		if who.EmailVerified && !verified {
			in.User, err = UsersOf[U](tx).Update(ctx, ID(users.text(user, "id")), Values{"emailVerified": true})
		}
		return err
	})
	if err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	return in, nil
}

// accountValues are the fields of the account of an identity.
func (who ProviderIdentity) accountValues(userID ID) Values {
	values := who.Tokens.values()
	values["userId"], values["providerId"], values["accountId"] = userID, who.ProviderID, who.AccountID
	return values
}

// signUp creates the user of an identity.
func (a Accounts[A, U]) signUp(ctx context.Context, who ProviderIdentity) (*SignedIn[A, U], error) {
	users, err := open[U](a.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	if who.Email == "" {
		return nil, users.model.byName["email"].errorf("is required; the provider %q sent none", who.ProviderID)
	}
	user := new(U)
	if err := users.fill(user, Values{
		"name": who.Name, "email": who.Email, "emailVerified": who.EmailVerified, "image": who.Image,
	}); err != nil {
		return nil, err
	}
	if err := users.mapProfile(user, who); err != nil {
		return nil, err
	}
	account := Account{ProviderID: who.ProviderID, AccountID: who.AccountID}
	t := who.Tokens
	account.AccessToken, account.RefreshToken, account.IDToken, account.Scope = t.AccessToken, t.RefreshToken, t.IDToken, t.Scope
	account.AccessTokenExpiresAt, account.RefreshTokenExpiresAt = t.AccessTokenExpiresAt, t.RefreshTokenExpiresAt
	if _, _, err := UsersOf[U](a.auth).createWithAccount(ctx, *user, account); err != nil {
		return nil, err
	}
	found, err := a.FindByProvider(ctx, who.ProviderID, who.AccountID)
	if err != nil {
		return nil, err
	}
	return &SignedIn[A, U]{Account: found.Account, User: found.User, Created: true}, nil
}

// mapProfile sets the fields of a new user that the application takes from a
// profile, except those that only the server sets.
func (o bound[T]) mapProfile(user *T, who ProviderIdentity) error {
	mapper := o.core.cfg.Account.MapProfileToUser
	if mapper == nil {
		return nil
	}
	values, err := mapper(who.ProviderID, who.Profile)
	if err != nil {
		return fmt.Errorf("authplugin: MapProfileToUser: %w", err)
	}
	for name, value := range values {
		// The address is the one that the provider has verified, or not.
		if f := o.model.byName[name]; f != nil && (f.serverOnly || f.primary || f.name == "email") {
			continue
		}
		if err := o.set(user, name, value); err != nil {
			return err
		}
	}
	return nil
}
