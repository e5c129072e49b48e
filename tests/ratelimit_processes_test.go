package tests

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// callerVariable makes the test binary a process that asks a limiter: it holds a caller.
const callerVariable = "AUTHPLUGIN_TEST_LIMITER"

// caller is what that process needs to know.
type caller struct {
	victim

	// Prefix is that of keys in Redis, "" for counters in the database.
	Prefix string `json:"prefix"`
	// Requests are made by each of so many goroutines, as fast as they can.
	Goroutines int    `json:"goroutines"`
	Requests   int    `json:"requests"`
	Max        int    `json:"max"`
	Algorithm  string `json:"algorithm"`
}

func (c caller) limiter(t *testing.T, d dbtest.Database) authplugin.RateLimiter {
	t.Helper()
	cfg := authplugin.Config{AutoMigrate: true}
	cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, true
	if c.Prefix != "" {
		cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageSecondary, false
		cfg.SecondaryStorage = redisstore.New(redistest.Client(t), redisstore.Prefix(c.Prefix))
		cfg.Session.Storage, cfg.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
	}
	_, auth := use(t, d, cfg)
	return auth.RateLimiter()
}

// TestCaller is the process that asks; by itself it does nothing.
func TestCaller(t *testing.T) {
	told := os.Getenv(callerVariable)
	if told == "" {
		t.Skip("this is the process that the tests of the rate limiter start")
	}
	var c caller
	must(t, json.Unmarshal([]byte(told), &c))
	limiter := c.limiter(t, dbtest.Database{Engine: dbtest.Named(t, c.Engine), DSN: c.DSN, Name: c.Name, SQLitePath: c.Path})
	fmt.Println("ready") //nolint:forbidigo // the parent reads it
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	rule := authplugin.RateLimitRule{Max: c.Max, Window: time.Hour, Algorithm: authplugin.RateLimitAlgorithm(c.Algorithm)}
	var allowed atomic.Int64
	var group sync.WaitGroup
	for range c.Goroutines {
		group.Go(func() {
			for range c.Requests {
				d, err := limiter.Take(t.Context(), "shared", rule)
				if err != nil {
					t.Error(err)
				}
				if d.Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	group.Wait()
	if !t.Failed() {
		fmt.Println("allowed", allowed.Load()) //nolint:forbidigo // the parent reads it
	}
}

// start starts such a process, which waits for a line.
func (c caller) start(t *testing.T) *migratorProcess {
	t.Helper()
	told, err := json.Marshal(c)
	must(t, err)
	p := &migratorProcess{command: exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCaller$", "-test.count=1")}
	p.command.Env = append(os.Environ(), callerVariable+"="+string(told))
	p.command.Stderr = os.Stderr
	p.stdin, err = p.command.StdinPipe()
	must(t, err)
	out, err := p.command.StdoutPipe()
	must(t, err)
	p.lines = bufio.NewScanner(out)
	must(t, p.command.Start())
	return p
}

// told is what the process says after a word.
func (p *migratorProcess) told(t *testing.T, word string) string {
	t.Helper()
	var said []string
	for p.lines.Scan() {
		if rest, ok := strings.CutPrefix(p.lines.Text(), word); ok {
			return strings.TrimSpace(rest)
		}
		said = append(said, p.lines.Text())
	}
	t.Fatalf("a process ended before it said %q; it said:\n%s", word, strings.Join(said, "\n"))
	return ""
}

// Two processes share one limit, which they use up, and never have more together.
func TestRateLimitOfTwoProcesses(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, c caller) {
		t.Helper()
		for _, algorithm := range algorithms() {
			c.Goroutines, c.Requests, c.Max, c.Algorithm = 8, 10, 37, string(algorithm)
			processes := []*migratorProcess{c.start(t), c.start(t)}
			for _, p := range processes {
				p.told(t, "ready")
			}
			for _, p := range processes {
				p.goOn()
			}
			sum := 0
			for _, p := range processes {
				n, err := strconv.Atoi(p.told(t, "allowed"))
				must(t, err)
				must(t, p.command.Wait())
				sum += n
			}
			if sum != c.Max {
				t.Errorf("%s: %d were allowed, want %d", algorithm, sum, c.Max)
			}
		}
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		run(t, caller{victim: victim{Engine: e.Name, DSN: d.DSN, Name: d.Name, Path: d.SQLitePath}})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		redistest.Client(t)
		d := dbtest.Named(t, "sqlite").New(t)
		run(t, caller{victim: victim{Engine: "sqlite", DSN: d.DSN, Name: d.Name, Path: d.SQLitePath}, Prefix: redistest.Prefix(t)})
	})
}
