package databasestore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// processVariable makes the test binary one of the processes of a race: it holds a
// racer.
const processVariable = "AUTHPLUGIN_TEST_STORAGE_PROCESS"

const (
	processes   = 2
	goroutines  = 16
	processKeys = 20
)

// racer is what a process needs to know of the database.
type racer struct {
	Engine string `json:"engine"`
	DSN    string `json:"dsn"`
	Name   string `json:"name"`
	Path   string `json:"path"`
}

// Two processes that begin without a table count, take and swap: together exactly.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		told, err := json.Marshal(racer{Engine: e.Name, DSN: d.DSN, Name: d.Name, Path: d.SQLitePath})
		must(t, err)
		var (
			group  sync.WaitGroup
			mutex  sync.Mutex
			totals = map[string]int{}
		)
		for range processes {
			process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess$", "-test.count=1")
			process.Env = append(os.Environ(), processVariable+"="+string(told))
			process.Stderr = os.Stderr
			group.Go(func() {
				out, err := process.Output()
				if err != nil {
					t.Errorf("%v:\n%s", err, out)
				}
				mutex.Lock()
				defer mutex.Unlock()
				for line := range strings.Lines(string(out)) {
					var name string
					var n int
					if _, err := fmt.Sscanf(line, "won %s %d", &name, &n); err == nil {
						totals[name] += n
					}
				}
			})
		}
		group.Wait()
		for _, name := range []string{"taken", "created"} {
			if got := totals[name]; got != processKeys {
				t.Errorf("%s: %d winners for %d keys", name, got, processKeys)
			}
		}
		s := databasestore.New(d.Open(t, nil))
		for name, want := range map[string]int{"count": processes * goroutines * processKeys, "swapped": totals["swapped"]} {
			if got, err := s.Get(t.Context(), name); string(got) != strconv.Itoa(want) || err != nil {
				t.Errorf("%s = %s, %v, want %d", name, got, err, want)
			}
		}
	})
}

// TestProcess is one of the processes.
func TestProcess(t *testing.T) {
	told := os.Getenv(processVariable)
	if told == "" {
		t.Skip("it is run by TestTwoProcesses")
	}
	var r racer
	must(t, json.Unmarshal([]byte(told), &r))
	d := dbtest.Database{Engine: dbtest.Named(t, r.Engine), DSN: r.DSN, Name: r.Name, SQLitePath: r.Path}
	s, ctx := migrated(t, d.Open(t, nil), databasestore.CleanUp(5)), t.Context()
	// Whoever comes first stores what both will take.
	for i := range processKeys {
		key := "take" + strconv.Itoa(i)
		if first, err := s.CompareAndSwap(ctx, "made "+key, nil, nil, time.Hour); err != nil {
			t.Fatal(err)
		} else if first {
			must(t, s.Set(ctx, key, []byte("v"), time.Hour))
		}
	}
	var (
		group sync.WaitGroup
		mutex sync.Mutex
		won   = map[string]int{}
	)
	for range goroutines {
		group.Go(func() {
			for i := range processKeys {
				key := strconv.Itoa(i)
				_, countErr := s.Increment(ctx, "count", time.Hour)
				_, takeErr := s.GetDelete(ctx, "take"+key)
				created, createErr := s.CompareAndSwap(ctx, "new"+key, nil, []byte(key), time.Hour)
				swapped, swapErr := swapUp(t, s)
				if err := errors.Join(countErr, createErr, swapErr); err != nil || takeErr != nil && !errors.Is(takeErr, authplugin.ErrNotFound) {
					t.Error(err, takeErr)
					return
				}
				mutex.Lock()
				for name, ok := range map[string]bool{"taken": takeErr == nil, "created": created, "swapped": swapped} {
					if ok {
						won[name]++
					}
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	for name, n := range won {
		fmt.Printf("\nwon %s %d\n", name, n) //nolint:forbidigo // it is read by the test that runs this process
	}
}

// swapUp counts by reading and swapping.
func swapUp(t *testing.T, s *databasestore.Store) (bool, error) {
	t.Helper()
	old, err := s.Get(t.Context(), "swapped")
	if errors.Is(err, authplugin.ErrNotFound) {
		return s.CompareAndSwap(t.Context(), "swapped", nil, []byte("1"), time.Hour)
	}
	if err != nil {
		return false, err
	}
	n, err := strconv.Atoi(string(old))
	if err != nil {
		return false, err
	}
	return s.CompareAndSwap(t.Context(), "swapped", old, []byte(strconv.Itoa(n+1)), time.Hour)
}
