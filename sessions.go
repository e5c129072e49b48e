package authplugin

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Sessions are the operations on sessions. S is [Session] and U is [User], or the
// application's own structs that are configured as their Model. What is said of
// [Users] holds for them too.
type Sessions[S, U any] struct{ auth *Auth }

// Sessions are the operations on sessions.
func (a *Auth) Sessions() Sessions[Session, User] { return Sessions[Session, User]{a} }

// SessionsOf are the operations on sessions with the application's own structs.
func SessionsOf[S, U any](a *Auth) Sessions[S, U] { return Sessions[S, U]{a} }

// SessionOptions describe a session that is created.
type SessionOptions struct {
	// IPAddress and UserAgent are those of the client. Default to "".
	IPAddress, UserAgent string
	// NotRemembered makes the session end after
	// [SessionConfig.NotRememberedExpiresIn].
	NotRemembered bool
	// ExpiresIn overrides the configuration. A session that is to live for less than
	// [SessionConfig.ExpiresIn] is not refreshed. Negative is [ErrInvalid].
	ExpiresIn time.Duration
	// Additional are additional fields by logical name.
	Additional Values
}

const negativeLifetime = "must lie ahead; ExpiresIn is negative"

// tokenSize is the length of a session's token, as in Better Auth.
const tokenSize = 32

// Create creates a session of a user, with a token of 32 characters a-zA-Z0-9
// from crypto/rand. A user that does not exist is [ErrForeignKey], where the
// database enforces foreign keys.
func (s Sessions[S, U]) Create(ctx context.Context, userID ID, opts SessionOptions) (*S, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return nil, err
	}
	if opts.ExpiresIn < 0 {
		return nil, o.byName("expiresAt").errorf(negativeLifetime)
	}
	session, token := new(S), randomText(tokenSize) // hashed on its way, see field.hashed
	expires := normalizeTime(o.core.now().Add(o.core.lifetime(opts)))
	if plain, ok := any(session).(*Session); ok {
		plain.UserID, plain.Token, plain.ExpiresAt = userID, token, expires
		plain.IPAddress, plain.UserAgent = opts.IPAddress, opts.UserAgent
	} else {
		err = o.fill(session, Values{
			"userId": userID, "token": token, "ipAddress": opts.IPAddress, "userAgent": opts.UserAgent, "expiresAt": expires,
		})
	}
	if err == nil {
		err = o.fillAdditional(session, opts.Additional)
	}
	if err != nil {
		return nil, err
	}
	switch o.core.sessionsIn {
	case StorageOnly:
		return session, s.createStored(ctx, o, session)
	case StorageAndDatabase:
		if err := o.create(ctx, session); err != nil {
			return nil, err
		}
		return session, s.copyCreated(ctx, o, token)
	default:
		if err := o.create(ctx, session); err != nil {
			return nil, err
		}
		return session, nil
	}
}

// lifetime is how long a new session lives.
func (c *core) lifetime(opts SessionOptions) time.Duration {
	switch {
	case opts.ExpiresIn > 0:
		return opts.ExpiresIn
	case opts.NotRemembered:
		return c.cfg.Session.notRememberedExpiresIn()
	default:
		return c.cfg.Session.expiresIn()
	}
}

// List lists the live sessions of a user, the newest first. With
// [SessionConfig.HashTokens] they hold the hashes of their tokens, which nobody
// can sign in with; revoke them by id.
func (s Sessions[S, U]) List(ctx context.Context, userID ID) ([]S, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return nil, err
	}
	if o.core.sessionsIn == StorageOnly {
		return s.listStored(ctx, o, userID)
	}
	if o.core.sessionsIn == StorageAndDatabase && o.core.storage.answers() {
		if _, err := s.adoptUsers(ctx, o, o.handle, []ID{userID}); err != nil && !errors.Is(err, ErrStorage) {
			return nil, err
		}
	}
	sessions := []S{}
	err = o.read(ctx, func(db *gorm.DB) error {
		return o.newestFirst(db).Where(o.equals("userId", userID)).Where(o.live()).Find(&sessions).Error
	})
	if err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	return sessions, nil
}

// Update sets additional fields of a live session, and returns it as it is then.
// The fields of the core are refused. It is [ErrNotFound] when there is no such
// session.
func (s Sessions[S, U]) Update(ctx context.Context, token string, values Values) (*S, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return nil, err
	}
	if err := o.refuseDeclared(values); err != nil {
		return nil, err
	}
	if o.core.sessionsIn == StorageOnly && len(o.core.checks) == 0 {
		return s.updateStored(ctx, o, token, values)
	}
	found, err := s.Find(ctx, token, Strict)
	if err != nil {
		return nil, err
	}
	if o.core.sessionsIn == StorageOnly {
		return s.updateStored(ctx, o, token, values)
	}
	session, err := o.update(ctx, ID(o.text(found.Session, "id")), values, o.live())
	if err != nil {
		return nil, err
	}
	return session, o.set(session, "token", token)
}

// IsFresh reports whether a session was created so recently that it may do what
// asks for a fresh sign-in; see [SessionConfig.FreshAge].
func (s Sessions[S, U]) IsFresh(session *S) bool {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return false
	}
	age := o.core.cfg.Session.freshAge()
	return age < 0 || o.core.now().Sub(o.moment(session, "createdAt")) < age
}
