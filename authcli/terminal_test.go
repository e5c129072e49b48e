//go:build !windows

package authcli_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// typist is somebody at a pseudo-terminal on which a command runs.
type typist struct {
	t        *testing.T
	terminal *os.File
	mu       sync.Mutex
	seen     strings.Builder
	changed  chan struct{}
	ended    chan int
	// interrupt is Ctrl-C.
	interrupt context.CancelFunc
}

// atTerminal runs a command on a pseudo-terminal. Ctrl-C ends its context, as the
// signal of a terminal does in a program.
func atTerminal(t *testing.T, opts authcli.Options, environment map[string]string, args ...string) *typist {
	t.Helper()
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skipf("there are no pseudo-terminals here: %v", err)
	}
	p := &typist{t: t, terminal: terminal, changed: make(chan struct{}, 1), ended: make(chan int, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	opts.Stdin, opts.Stdout, opts.Stderr, opts.Version = tty, tty, tty, "v0.0.0"
	opts.Getenv = func(name string) string { return environment[name] }
	go p.read()
	go func() { p.ended <- authcli.Run(ctx, args, opts) }()
	t.Cleanup(func() {
		cancel()
		_ = tty.Close()
		_ = terminal.Close()
	})
	p.interrupt = cancel
	return p
}

func (p *typist) read() {
	buffer := make([]byte, 1024)
	for {
		n, err := p.terminal.Read(buffer)
		p.mu.Lock()
		p.seen.Write(buffer[:n])
		p.mu.Unlock()
		select {
		case p.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (p *typist) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.String()
}

// waitFor waits until a text is on the terminal.
func (p *typist) waitFor(text string) {
	p.t.Helper()
	limit := time.After(time.Minute)
	for !strings.Contains(p.text(), text) {
		select {
		case <-p.changed:
		case <-limit:
			p.t.Fatalf("%q does not come; there is:\n%s", text, p.text())
		}
	}
}

func (p *typist) enter(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.terminal, text); err != nil {
		p.t.Fatal(err)
	}
}

func (p *typist) wantExit(code int) {
	p.t.Helper()
	select {
	case got := <-p.ended:
		if got != code {
			p.t.Errorf("exit code %d, want %d:\n%s", got, code, p.text())
		}
	case <-time.After(time.Minute):
		p.t.Fatalf("it does not end:\n%s", p.text())
	}
}

func TestMigrateAsks(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		env := onDatabase(urlOf(t, d))
		const question = "Apply these changes? [y/N]"

		for _, answer := range []string{"n\r", "\r", "perhaps\r", "\x04"} {
			p := atTerminal(t, authcli.Options{}, env, "migrate")
			p.waitFor(question)
			p.enter(answer)
			p.wantExit(authcli.ExitError)
			p.waitFor("nothing was changed")
		}
		p := atTerminal(t, authcli.Options{}, env, "migrate")
		p.waitFor(question)
		p.interrupt()
		p.wantExit(authcli.ExitError)
		p.waitFor("interrupted")
		run(t, authcli.Options{}, env, "status").want(t, authcli.ExitPending)

		p = atTerminal(t, authcli.Options{}, env, "migrate")
		p.waitFor(question)
		p.enter("YES\r")
		p.wantExit(authcli.ExitOK)
		p.waitFor("applied")
		run(t, authcli.Options{}, env, "status").want(t, authcli.ExitOK)
	})
}

func TestCreateAdminAsks(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env, opts := onDatabase(urlOf(t, d)), authcli.Options{Config: withRole()}
	run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK)

	p := atTerminal(t, opts, env, "create-admin")
	p.waitFor("E-mail address: ")
	p.enter("ada@example.com\r")
	p.waitFor("Name: ")
	p.enter("Ada\r")
	p.waitFor("Password: ")
	p.enter("correct horse\r")
	p.waitFor("Password again: ")
	p.enter("correct hearse\r")
	p.wantExit(authcli.ExitError)
	p.waitFor("differ")

	p = atTerminal(t, opts, env, "create-admin", "--email", "ada@example.com", "--name", "Ada")
	p.waitFor("Password: ")
	p.enter("correct horse\r")
	p.waitFor("Password again: ")
	p.enter("correct horse\r")
	p.wantExit(authcli.ExitOK)
	p.waitFor("created user Ada")
	if strings.Contains(p.text(), "horse") {
		t.Errorf("the terminal shows the password:\n%s", p.text())
	}
	checkAdmin(t, d)
}

// Colours and the progress bar are for terminals, and NO_COLOR turns colours off.
func TestColours(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env, opts := onDatabase(urlOf(t, d)), authcli.Options{Config: withRole()}
	run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK)
	admin := opts
	admin.Stdin = strings.NewReader("correct horse\n")
	run(t, admin, env, "create-admin", "--email", "ada@example.com", "--password-stdin").want(t, authcli.ExitOK)

	const escape = "\x1b["
	p := atTerminal(t, opts, env, "doctor")
	p.wantExit(authcli.ExitOK)
	p.waitFor(escape + "32mok")

	env["NO_COLOR"] = "1"
	p = atTerminal(t, opts, env, "doctor")
	p.wantExit(authcli.ExitOK)
	p.waitFor("expired verifications")
	if strings.Contains(p.text(), escape) {
		t.Errorf("there are colours:\n%q", p.text())
	}
	delete(env, "NO_COLOR")
	if r := run(t, opts, env, "doctor"); strings.Contains(r.stdout, escape) {
		t.Errorf("there are colours without a terminal:\n%q", r.stdout)
	}

	expire(t, d, 700)
	p = atTerminal(t, opts, env, "cleanup")
	p.wantExit(authcli.ExitOK)
	p.waitFor("deleted 700 expired sessions")
	p.waitFor("sessions [####################] 700 of 700")
}

// Ctrl-C at a question ends a program in order, and leaves the terminal as it was.
func TestCtrlC(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		for _, tc := range []struct {
			args     []string
			question string
		}{
			{[]string{"migrate"}, "[y/N]"},
			{[]string{"create-admin", "--email", "ada@example.com"}, "Password: "},
		} {
			program := exec.CommandContext(t.Context(), os.Args[0], tc.args...)
			program.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL="+urlOf(t, d), "TERM=xterm")
			terminal, tty, err := pty.Open()
			if err != nil {
				t.Skipf("there are no pseudo-terminals here: %v", err)
			}
			before, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			program.Stdin, program.Stdout, program.Stderr = tty, tty, tty
			program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			p := &typist{t: t, terminal: terminal, changed: make(chan struct{}, 1)}
			go p.read()
			p.waitFor(tc.question)
			p.enter("\x03")
			p.waitFor("interrupted")
			if err := program.Wait(); program.ProcessState.ExitCode() != authcli.ExitError {
				t.Errorf("%v: %v\n%s", tc.args, err, p.text())
			}
			after, err := term.GetState(int(tty.Fd()))
			if err != nil || !reflect.DeepEqual(before, after) {
				t.Errorf("%v leaves the terminal changed: %v", tc.args, err)
			}
			_, _ = tty.Close(), terminal.Close()
		}
		run(t, authcli.Options{}, onDatabase(urlOf(t, d)), "status").want(t, authcli.ExitPending)
	})
}
