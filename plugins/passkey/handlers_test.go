package passkey_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// server is an application's, as the guide has it.
type server struct {
	auth *authplugin.Auth
}

// user is who is signed in.
func (s server) user(r *http.Request) (*authplugin.User, error) {
	cookie, err := r.Cookie("session")
	if err != nil {
		return nil, err
	}
	found, err := s.auth.Sessions().Find(r.Context(), cookie.Value)
	if err != nil {
		return nil, err
	}
	return found.User, nil
}

// userThemselves is who is signed in, and no admin in their place.
func (s server) userThemselves(r *http.Request) (*authplugin.User, error) {
	cookie, err := r.Cookie("session")
	if err != nil {
		return nil, err
	}
	found, err := s.auth.Sessions().Find(r.Context(), cookie.Value)
	if err != nil {
		return nil, err
	}
	if found.Session.Additional.String("impersonatedBy") != "" || !s.auth.Sessions().IsFresh(found.Session) {
		return nil, errors.New("sign in again")
	}
	return found.User, nil
}

func (s server) beginRegistration(w http.ResponseWriter, r *http.Request) error {
	user, err := s.userThemselves(r)
	if err != nil {
		return err
	}
	begun, err := passkey.Of(s.auth).BeginRegistration(r.Context(), user.ID, passkey.RegistrationOptions{})
	if err != nil {
		return err
	}
	setChallenge(w, begun)
	_, err = w.Write(begun.Options)
	return err
}

func (s server) finishRegistration(w http.ResponseWriter, r *http.Request) error {
	user, err := s.userThemselves(r)
	if err != nil {
		return err
	}
	token, response, err := readResponse(w, r)
	if err != nil {
		return err
	}
	key, err := passkey.Of(s.auth).FinishRegistration(r.Context(), user.ID, token, response, r.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(key)
}

func (s server) beginSignIn(w http.ResponseWriter, r *http.Request) error {
	begun, err := passkey.Of(s.auth).BeginSignIn(r.Context(), passkey.SignInOptions{})
	if err != nil {
		return err
	}
	setChallenge(w, begun)
	_, err = w.Write(begun.Options)
	return err
}

func (s server) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	token, response, err := readResponse(w, r)
	if err != nil {
		return err
	}
	signedIn, err := passkey.Of(s.auth).FinishSignIn(r.Context(), token, response)
	if err != nil {
		return err
	}
	session, err := s.auth.Sessions().Create(r.Context(), signedIn.User.ID, authplugin.SessionOptions{UserAgent: r.UserAgent()})
	if err != nil {
		return err
	}
	setCookie(w, "session", session.Token)
	return nil
}

// setChallenge keeps the token of a challenge where scripts cannot read it.
func setChallenge(w http.ResponseWriter, begun *passkey.Ceremony) {
	w.Header().Set("Content-Type", "application/json")
	setCookie(w, "passkey", begun.Token)
}

// readResponse reads what the browser sends to finish.
func readResponse(w http.ResponseWriter, r *http.Request) (token string, response []byte, err error) {
	cookie, err := r.Cookie("passkey")
	if err != nil {
		return "", nil, passkey.ErrChallengeNotFound
	}
	response, err = io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	return cookie.Value, response, err
}

func setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
}

// confirm has a user who is signed in use a passkey again, before something that matters.
func (s server) confirm(w http.ResponseWriter, r *http.Request) error {
	user, err := s.user(r)
	if err != nil {
		return err
	}
	keys := passkey.Of(s.auth)
	if r.Method == http.MethodGet {
		begun, err := keys.BeginSignInAs(r.Context(), user.ID, passkey.SignInOptions{UserVerification: passkey.Required})
		if err != nil {
			return err
		}
		setChallenge(w, begun)
		_, err = w.Write(begun.Options)
		return err
	}
	token, response, err := readResponse(w, r)
	if err != nil {
		return err
	}
	signedIn, err := keys.FinishSignInAs(r.Context(), user.ID, token, response)
	if err != nil {
		return err
	}
	if !signedIn.UserVerified { // by a challenge that wanted less
		return passkey.ErrAuthenticationFailed
	}
	return nil
}

// manage lists, renames and deletes.
func (s server) manage(w http.ResponseWriter, r *http.Request) error {
	user, err := s.user(r)
	if err != nil {
		return err
	}
	keys, id := passkey.Of(s.auth), authplugin.ID(r.PathValue("id"))
	switch r.Method {
	case http.MethodPut:
		_, err = keys.Rename(r.Context(), user.ID, id, r.URL.Query().Get("name"))
	case http.MethodDelete:
		err = keys.Delete(r.Context(), user.ID, id)
	default:
		var list []passkey.Passkey
		if list, err = keys.List(r.Context(), user.ID); err == nil {
			err = json.NewEncoder(w).Encode(list)
		}
	}
	return err
}

// handle shows errors as a client may see them.
func handle(fn func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := fn(w, r)
		var refused *authplugin.APIError
		switch {
		case err == nil:
		case errors.As(err, &refused):
			http.Error(w, refused.Code, refused.Status)
		default:
			http.Error(w, "", http.StatusBadRequest)
		}
	})
}

// The handlers of the guide, with a browser.
func TestHandlers(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		f := newFixture(t, d, options(), nil)
		s, mux := server{f.auth}, http.NewServeMux()
		for pattern, fn := range map[string]func(http.ResponseWriter, *http.Request) error{
			"GET /register": s.beginRegistration, "POST /register": s.finishRegistration, "GET /sign-in": s.beginSignIn, "POST /sign-in": s.finishSignIn,
			"/confirm": s.confirm, "/passkeys": s.manage, "/passkeys/{id}": s.manage,
		} {
			mux.Handle(pattern, handle(fn))
		}
		cookies := map[string]string{}
		call := func(method, path string, body []byte) (int, []byte) {
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(string(body)))
			for name, value := range cookies {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			for _, cookie := range w.Result().Cookies() {
				cookies[cookie.Name] = cookie.Value
			}
			return w.Code, w.Body.Bytes()
		}
		get := func(path string) []byte {
			code, body := call(http.MethodGet, path, nil)
			if code != http.StatusOK {
				t.Fatalf("GET %s: %d %s", path, code, body)
			}
			return body
		}
		want := func(code int, method, path string, body []byte) []byte {
			got, text := call(method, path, body)
			if got != code {
				t.Fatalf("%s %s: %d %s", method, path, got, text)
			}
			return text
		}

		want(http.StatusBadRequest, http.MethodGet, "/register", nil)
		session, err := f.auth.Sessions().Create(t.Context(), f.user.ID, authplugin.SessionOptions{})
		must(t, err)
		cookies["session"] = session.Token
		created := want(http.StatusOK, http.MethodPost, "/register?name=phone", f.device.create(t, get("/register")))
		key := parse[passkey.Passkey](t, created)
		want(http.StatusOK, http.MethodPost, "/confirm", f.device.get(t, get("/confirm")))

		delete(cookies, "session")
		response := f.device.get(t, get("/sign-in"))
		want(http.StatusOK, http.MethodPost, "/sign-in", response)
		want(http.StatusBadRequest, http.MethodPost, "/sign-in", response)
		if cookies["session"] == "" || cookies["session"] == session.Token {
			t.Error("there is no new session")
		}
		want(http.StatusOK, http.MethodPut, "/passkeys/"+string(key.ID)+"?name=old+phone", nil)
		list := parse[[]passkey.Passkey](t, get("/passkeys"))
		if len(list) != 1 || *list[0].Name != "old phone" || list[0].Counter != 2 {
			t.Errorf("list %v", list)
		}
		want(http.StatusOK, http.MethodDelete, "/passkeys/"+string(key.ID), nil)
		want(http.StatusNotFound, http.MethodDelete, "/passkeys/"+string(key.ID), nil)
	})
}

// Every snippet of the guide stands here, line by line.
func TestGuide(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, name := range []string{"handlers_test.go", "guide_test.go"} {
		text, err := os.ReadFile(name)
		must(t, err)
		source.Write(text)
	}
	guide, err := os.ReadFile("../../docs/plugins/passkey.md")
	must(t, err)
	trim := func(text string) string {
		var b strings.Builder
		for line := range strings.Lines(text) {
			b.WriteString(strings.TrimSpace(line) + "\n")
		}
		return b.String()
	}
	code, snippets := trim(source.String()), 0
	for block := range strings.SplitSeq(string(guide), "```") {
		snippet, ok := strings.CutPrefix(block, "go\n")
		if !ok {
			continue
		}
		snippets++
		if !strings.Contains(code, trim(snippet)) {
			t.Errorf("this snippet is in no file:\n%s", snippet)
		}
	}
	if snippets < 6 {
		t.Errorf("%d snippets", snippets)
	}
}
