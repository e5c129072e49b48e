package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
)

// server is the application: an http.Handler.
type server struct {
	http.ServeMux

	auth *authplugin.Auth
	db   *gorm.DB
	mail *mailbox
}

func newServer(file string, clock *clock, mail *mailbox) (*server, error) {
	s := &server{mail: mail}
	s.auth = authplugin.New(authplugin.Config{
		Session:      authplugin.SessionConfig{HashTokens: true}, // a stolen table signs nobody in
		Verification: authplugin.VerificationConfig{Identifiers: authplugin.HashedIdentifiers},
		Hooks: authplugin.Hooks{User: authplugin.ModelHooks[authplugin.User]{
			// After the commit: nobody is welcomed whose sign-up was rolled back.
			AfterCommitCreate: func(_ *authplugin.HookContext, u *authplugin.User) { mail.send(u.Email, "welcome, "+u.Name) },
		}},
		Clock:       clock.now,
		AutoMigrate: true,
	})
	var err error
	// GORM would log that an address is taken, which is no failure of the program.
	if s.db, err = gorm.Open(open(file), &gorm.Config{Logger: logger.Discard}); err != nil {
		return nil, err
	}
	if err := s.db.Use(s.auth); err != nil {
		return nil, err
	}
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /sign-up":         s.signUp,
		"POST /sign-in":         s.signIn,
		"POST /sign-out":        s.signOut,
		"POST /forgot-password": s.forgotPassword,
		"POST /reset-password":  s.resetPassword,
		"GET /me":               s.me,
	} {
		s.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { answer(w, handle(w, r)) })
	}
	return s, nil
}

// close closes the database, so that its file can be removed.
func (s *server) close() {
	if pool, err := s.db.DB(); err == nil {
		_ = pool.Close()
	}
}

// answer tells the client what an error means to it, and no more.
func answer(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
	case errors.Is(err, authplugin.ErrDuplicate):
		http.Error(w, "taken", http.StatusConflict)
	case errors.Is(err, authplugin.ErrInvalid):
		http.Error(w, "invalid", http.StatusBadRequest)
	case errors.Is(err, authplugin.ErrNotFound): // ErrExpired, too
		http.Error(w, "not signed in, or too late", http.StatusUnauthorized)
	default:
		log.Print(err)
		http.Error(w, "failed", http.StatusInternalServerError)
	}
}

// say answers with plain text: a browser must not take a user's name for HTML.
func say(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, text) //nolint:gosec // it is no HTML
	return err
}

func (s *server) signUp(w http.ResponseWriter, r *http.Request) error {
	user, err := s.auth.Users().SignUp(r.Context(),
		authplugin.User{Name: r.FormValue("name"), Email: r.FormValue("email")}, r.FormValue("password"))
	if err != nil {
		return err
	}
	return s.begin(w, r, user)
}

func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	user, err := s.auth.Users().FindByEmail(r.Context(), r.FormValue("email"))
	if errors.Is(err, authplugin.ErrNotFound) {
		user, err = &authplugin.User{}, nil // whose password takes as long to be wrong
	}
	if err != nil {
		return err
	}
	ok, err := s.auth.Accounts().VerifyPassword(r.Context(), user.ID, r.FormValue("password"))
	if err != nil {
		return err
	}
	if !ok {
		http.Error(w, "wrong address or password", http.StatusUnauthorized)
		return nil
	}
	return s.begin(w, r, user)
}

const cookieName = "session"

// begin begins a session of a user.
func (s *server) begin(w http.ResponseWriter, r *http.Request, user *authplugin.User) error {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	session, err := s.auth.Sessions().Create(r.Context(), user.ID,
		authplugin.SessionOptions{IPAddress: ip, UserAgent: r.UserAgent()})
	if err != nil {
		return err
	}
	setCookie(w, session)
	return say(w, "hello, "+user.Name)
}

func setCookie(w http.ResponseWriter, session *authplugin.Session) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: session.Token, Path: "/", Expires: session.ExpiresAt,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// token is the token in the cookie, "" without one, which finds no session.
func token(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *server) me(w http.ResponseWriter, r *http.Request) error {
	found, err := s.auth.Sessions().Find(r.Context(), token(r))
	if err != nil {
		return err
	}
	note := ""
	if found.RefreshDue {
		refreshed, err := s.auth.Sessions().Refresh(r.Context(), found.Session)
		if err != nil {
			return err
		}
		if refreshed {
			setCookie(w, found.Session)
			note = ", refreshed"
		}
	}
	return say(w, found.User.Name+" until "+found.Session.ExpiresAt.Format(time.DateOnly)+note)
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Path: "/", MaxAge: -1,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	if err := s.auth.Sessions().Revoke(r.Context(), token(r)); err != nil {
		return err
	}
	return say(w, "signed out")
}

const resetPrefix = "reset-password:"

// forgotPassword mails a token. Its answer does not tell who has an account.
func (s *server) forgotPassword(w http.ResponseWriter, r *http.Request) error {
	user, err := s.auth.Users().FindByEmail(r.Context(), r.FormValue("email"))
	switch {
	case err == nil:
		err = s.mailToken(r.Context(), user)
	case errors.Is(err, authplugin.ErrNotFound):
		err = nil
	}
	if err != nil {
		return err
	}
	return say(w, "look into your inbox")
}

func (s *server) mailToken(ctx context.Context, user *authplugin.User) error {
	token := rand.Text()
	_, err := s.auth.Verifications().Create(ctx, resetPrefix+token, string(user.ID),
		authplugin.VerificationOptions{ExpiresIn: 15 * time.Minute})
	if err != nil {
		return err
	}
	s.mail.token = token
	s.mail.send(user.Email, "a link to reset your password")
	return nil
}

// resetPassword takes the token, which works once, and signs out everywhere. When
// something fails, the token is still good.
func (s *server) resetPassword(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var ended int64
	err := s.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
		proof, err := tx.Verifications().Consume(ctx, resetPrefix+r.FormValue("token"))
		if err != nil {
			return err
		}
		userID := authplugin.ID(proof.Value)
		if err := tx.Accounts().SetPassword(ctx, userID, r.FormValue("password")); err != nil {
			return err
		}
		ended, err = tx.Sessions().RevokeAll(ctx, userID)
		return err
	})
	if err != nil {
		return err
	}
	return say(w, fmt.Sprintf("password set, sessions ended: %d", ended))
}
