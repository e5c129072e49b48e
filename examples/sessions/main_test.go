package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	t.Parallel()
	const want = `
    mail to ada@example.com: welcome, Ada
POST /sign-up          200 hello, Ada
POST /sign-up          409 taken
GET  /me               200 Ada until 2026-01-08
POST /sign-in          401 wrong address or password
POST /sign-in          200 hello, Ada
GET  /me               200 Ada until 2026-01-10, refreshed
GET  /me               200 Ada until 2026-01-10
POST /sign-out         200 signed out
GET  /me               401 not signed in, or too late
POST /forgot-password  200 look into your inbox
    mail to ada@example.com: a link to reset your password
POST /forgot-password  200 look into your inbox
POST /reset-password   200 password set, sessions ended: 1
POST /reset-password   401 not signed in, or too late
GET  /me               401 not signed in, or too late
POST /sign-in          200 hello, Ada
`
	var out strings.Builder
	if err := run(filepath.Join(t.TempDir(), "app.db"), &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}
