// Sessions is the sign-in of a web application: sign-up, a session in a cookie
// that is refreshed while it is used, sign-out, and a password that is reset by a
// link in a mail. It opens no port: it hands its requests to the handler.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	dir, err := os.MkdirTemp("", "authplugin-sessions")
	if err != nil {
		log.Fatal(err)
	}
	err = run(filepath.Join(dir, "app.db"), os.Stdout)
	if err := os.RemoveAll(dir); err != nil {
		log.Print(err)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(file string, out io.Writer) error {
	clock := &clock{at: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	mail := &mailbox{out: out}
	server, err := newServer(file, clock, mail)
	if err != nil {
		return err
	}
	defer server.close()

	laptop, phone := &browser{handler: server, out: out}, &browser{handler: server, out: out}
	laptop.post("/sign-up", url.Values{"name": {"Ada"}, "email": {"Ada@example.com"}, "password": {"correct horse"}})
	laptop.post("/sign-up", url.Values{"name": {"Eve"}, "email": {"ada@example.com"}, "password": {"whatever it is"}})
	laptop.me()
	phone.post("/sign-in", url.Values{"email": {"ada@example.com"}, "password": {"a wrong one"}})
	phone.post("/sign-in", url.Values{"email": {"ada@example.com"}, "password": {"correct horse"}})

	clock.at = clock.at.Add(48 * time.Hour)
	laptop.me()
	laptop.me()
	laptop.post("/sign-out", nil)
	laptop.me()

	phone.post("/forgot-password", url.Values{"email": {"nobody@example.com"}})
	phone.post("/forgot-password", url.Values{"email": {"ada@example.com"}})
	laptop.post("/reset-password", url.Values{"token": {mail.token}, "password": {"battery staple"}})
	laptop.post("/reset-password", url.Values{"token": {mail.token}, "password": {"of an attacker"}})
	phone.me()
	phone.post("/sign-in", url.Values{"email": {"ada@example.com"}, "password": {"battery staple"}})
	return nil
}

// clock is a clock that the program turns on.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// mailbox prints the mails that it gets, and keeps the token of the last one.
type mailbox struct {
	out   io.Writer
	token string
}

func (m *mailbox) send(to, text string) {
	_, _ = fmt.Fprintf(m.out, "    mail to %s: %s\n", to, text)
}

// browser keeps the cookies of the handler that it asks.
type browser struct {
	handler http.Handler
	out     io.Writer
	cookie  *http.Cookie
}

func (b *browser) me() {
	b.do(httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/me", nil))
}

func (b *browser) post(path string, form url.Values) {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.do(r)
}

func (b *browser) do(r *http.Request) {
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if b.cookie = cookie; cookie.MaxAge < 0 {
			b.cookie = nil
		}
	}
	_, _ = fmt.Fprintf(b.out, "%-4s %-17s %d %s\n", r.Method, r.URL.Path, w.Code, strings.TrimSpace(w.Body.String()))
}
