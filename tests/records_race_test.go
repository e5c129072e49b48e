package tests

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// crowd runs an operation in many goroutines at once and returns the records of
// those that got one. Any error but ErrNotFound fails the test.
func crowd(t *testing.T, n int, operation func(ctx context.Context) (authplugin.Record, error)) []authplugin.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var (
		wait  sync.WaitGroup
		mutex sync.Mutex
		won   []authplugin.Record
		start = make(chan struct{})
	)
	for range n {
		wait.Go(func() {
			<-start
			r, err := operation(ctx)
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case err == nil:
				won = append(won, r)
			case !errors.Is(err, authplugin.ErrNotFound):
				t.Error(err)
			}
		})
	}
	close(start)
	wait.Wait()
	return won
}

const many = 64

func TestRecordsRaces(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		// Applications may leave these out of the DSN.
		d.DSN = strings.NewReplacer("&_txlock=immediate", "", "clientFoundRows=true", "clientFoundRows=false").Replace(d.DSN)
		_, auth := use(t, d, recordsConfig(authplugin.Random))
		proofs, counters := auth.Records("verification"), auth.Records("counter")
		consume := func(ctx context.Context) (authplugin.Record, error) {
			return proofs.ConsumeOne(ctx, authplugin.Eq("identifier", "a"))
		}
		for _, rows := range []int{1, 10} {
			for i := range rows {
				record(t, auth, "verification", authplugin.Values{"identifier": "a", "value": strconv.Itoa(i), "expiresAt": noon})
			}
			won := crowd(t, many, consume)
			values := map[any]bool{}
			for _, r := range won {
				values[r["value"]] = true
			}
			if len(won) != rows || len(values) != rows {
				t.Errorf("%d rows had %d winners of %d rows", rows, len(won), len(values))
			}
		}

		// A guarded counter gives as many as it has; an unguarded one loses nothing.
		record(t, auth, "counter", authplugin.Values{"key": "k", "count": 10})
		won := crowd(t, many, func(ctx context.Context) (authplugin.Record, error) {
			return counters.IncrementOne(ctx, where{authplugin.Eq("key", "k"), authplugin.Gt("count", 0)}, authplugin.Increment{By: authplugin.Values{"count": -1}})
		})
		counts := map[any]bool{}
		for _, r := range won {
			counts[r["count"]] = true
		}
		if len(won) != 10 || len(counts) != 10 {
			t.Errorf("%d were let through, who saw %d counts", len(won), len(counts))
		}
		crowd(t, many, func(ctx context.Context) (authplugin.Record, error) {
			return counters.IncrementOne(ctx, where{authplugin.Eq("key", "k")}, authplugin.Increment{By: authplugin.Values{"count": 2}})
		})
		left, err := counters.FindOne(t.Context(), authplugin.Query{Where: where{authplugin.Eq("key", "k")}})
		must(t, err)
		if left["count"] != int64(2*many) {
			t.Errorf("count %v", left["count"])
		}

		// Rows that several can have: each is taken once.
		for i := range 9 {
			record(t, auth, "counter", authplugin.Values{"key": fmt.Sprint("free", i), "state": "free"})
		}
		won = crowd(t, many, func(ctx context.Context) (authplugin.Record, error) {
			return counters.Update(ctx, where{authplugin.Eq("state", "free")}, authplugin.Values{"state": "taken"})
		})
		taken := map[any]bool{}
		for _, r := range won {
			taken[r["key"]] = true
		}
		if len(won) != 9 || len(taken) != 9 {
			t.Errorf("%d took %d rows", len(won), len(taken))
		}
		// A guarded transition has one winner.
		won = crowd(t, many, func(ctx context.Context) (authplugin.Record, error) {
			return counters.IncrementOne(ctx, where{authplugin.Eq("key", "k"), authplugin.Eq("state", nil)}, authplugin.Increment{Set: authplugin.Values{"state": "mine"}})
		})
		if len(won) != 1 {
			t.Errorf("%d made the transition", len(won))
		}
	})
}

// The same in transactions of the callers, which are run again when the database
// gives up on them.
func TestRecordsRacesInTransactions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := use(t, e.New(t), recordsConfig(authplugin.Serial))
		for i := range 5 {
			record(t, auth, "badge", authplugin.Values{"title": "prize", "left": i})
		}
		record(t, auth, "counter", authplugin.Values{"key": "won"})
		won := crowd(t, 32, func(ctx context.Context) (r authplugin.Record, err error) {
			err = auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				if r, err = tx.Records("badge").ConsumeOne(ctx, authplugin.Eq("title", "prize")); err != nil {
					return err
				}
				_, err = tx.Records("counter").IncrementOne(ctx, where{authplugin.Eq("key", "won")}, authplugin.Increment{By: authplugin.Values{"count": 1}})
				return err
			}, authplugin.Retry(100))
			return r, err
		})
		prizes := map[any]bool{}
		for _, r := range won {
			prizes[r["left"]] = true
		}
		count, err := auth.Records("counter").FindOne(t.Context(), authplugin.Query{})
		must(t, err)
		if len(won) != 5 || len(prizes) != 5 || count["count"] != int64(5) {
			t.Errorf("%d won %d prizes, counted %v", len(won), len(prizes), count["count"])
		}
	})
}
