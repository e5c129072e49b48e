package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin/internal/freeport"
)

const (
	startTimeout = time.Minute
	pause        = 20 * time.Millisecond
)

// Server is a redis-server of the test's own, on a port of 127.0.0.1. It keeps
// nothing on the disk: started again it is empty.
type Server struct {
	// Addr is host:port.
	Addr string

	folder  string
	options []string
	process *exec.Cmd
}

// Start starts a server with further options ("--maxmemory", "2mb"), which is gone
// when the test ends.
func Start(t testing.TB, options ...string) *Server {
	t.Helper()
	s := newServer(t, options...)
	s.Start(t)
	s.Wait(t)
	return s
}

func newServer(t testing.TB, options ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		missing(t, "there is no redis-server")
	}
	s := &Server{Addr: "127.0.0.1:" + freePort(t), folder: t.TempDir(), options: options}
	t.Cleanup(s.kill)
	return s
}

// Start starts the server again after Kill, and does not wait for it.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	_, port, _ := net.SplitHostPort(s.Addr)
	args := append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", s.folder, "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", "--logfile", s.log()}, s.options...)
	// Not of the test's context: the server must outlive its own cleanup functions.
	s.process = exec.CommandContext(context.WithoutCancel(t.Context()), "redis-server", args...) //nolint:gosec // options of tests
	if err := s.process.Start(); err != nil {
		t.Fatalf("redistest: redis-server: %v", err)
	}
}

func (s *Server) log() string { return filepath.Join(s.folder, "redis.log") }

// Wait waits until the server answers.
func (s *Server) Wait(t testing.TB) {
	t.Helper()
	s.Until(t, "answers", func(ctx context.Context, client *redis.Client) bool { return client.Ping(ctx).Err() == nil })
}

// Until waits until a question to the server is answered with yes.
func (s *Server) Until(t testing.TB, what string, yes func(ctx context.Context, client *redis.Client) bool) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
	defer func() { _ = client.Close() }()
	for deadline := time.Now().Add(startTimeout); !yes(t.Context(), client); time.Sleep(pause) {
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(s.log())
			t.Fatalf("redistest: not within %v: the server %s\n%s", startTimeout, what, said)
		}
	}
}

// do sends a command, which may not fail.
func (s *Server) do(t testing.TB, command ...any) {
	t.Helper()
	s.Until(t, fmt.Sprintf("obeys %v", command), func(ctx context.Context, client *redis.Client) bool { return client.Do(ctx, command...).Err() == nil })
}

// Kill ends the server as kill -9 does.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.kill()
}

func (s *Server) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

// Pause stops the server without closing its connections: it takes bytes and never
// answers.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGSTOP)
	t.Cleanup(func() {
		if s.process != nil {
			_ = s.process.Process.Signal(syscall.SIGCONT)
		}
	})
}

// Resume ends Pause.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGCONT)
}

func (s *Server) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		t.Fatalf("redistest: %v", err)
	}
}

// freePort is a port for a server of the test, which may be killed and started again.
func freePort(t testing.TB) string {
	t.Helper()
	return strconv.Itoa(freeport.Reserve(t))
}
