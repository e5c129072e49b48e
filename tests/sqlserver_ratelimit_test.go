package tests

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// limitRows answers the statements of the limiter: whether an UPDATE counts, and what a
// look finds.
type limitRows struct {
	counts, found bool
	count, last   int64
	slots         driver.Value
	expired       int
	taken         bool
}

func (l *limitRows) answer(s sqlrecorder.Statement) *sqlrecorder.Answer {
	row := func(is bool, columns int) *sqlrecorder.Answer {
		answer := &sqlrecorder.Answer{Columns: []string{"count", "last_request", "slots"}[:columns]}
		if is {
			answer.Rows = [][]driver.Value{[]driver.Value{l.count, l.last, l.slots}[:columns]}
			answer.RowsAffected = 1
		}
		return answer
	}
	columns := 2
	if strings.Contains(s.SQL, `"slots"`) {
		columns = 3
	}
	switch {
	case !strings.Contains(s.SQL, `"rate_limits"`):
		return nil
	case strings.HasPrefix(s.SQL, "UPDATE"):
		return row(l.counts, columns)
	case strings.HasPrefix(s.SQL, `SELECT "count"`):
		return row(l.found, columns)
	case strings.HasPrefix(s.SQL, "SELECT"):
		answer := &sqlrecorder.Answer{Columns: []string{"id"}}
		if !l.taken {
			for range l.expired {
				answer.Rows = append(answer.Rows, []driver.Value{"my-own-id"})
			}
		}
		l.taken = true
		return answer
	case strings.HasPrefix(s.SQL, "DELETE"):
		return &sqlrecorder.Answer{RowsAffected: int64(l.expired)}
	default:
		return nil
	}
}

// What the limiter sends to SQL Server.
func TestSQLServerRateLimiter(t *testing.T) {
	t.Parallel()
	db, recording := newFakeServer().open(t, nil)
	cfg := authplugin.Config{Clock: fixedClock}
	cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, true
	auth := authplugin.New(cfg)
	must(t, db.Use(auth))
	rows := &limitRows{}
	recording.Answer(rows.answer)
	at := noon.UnixMilli()
	full := strings.Repeat("0", 17*9)
	take := func(algorithm authplugin.RateLimitAlgorithm, allowed bool, remaining int) func(context.Context) error {
		return func(ctx context.Context) error {
			d, err := auth.RateLimiter().Take(ctx, "client", authplugin.RateLimitRule{Max: 3, Window: 10 * time.Second, Algorithm: algorithm})
			if err == nil && (d.Allowed != allowed || d.Remaining != remaining || d.Allowed == (d.RetryAfter > 0)) {
				t.Errorf("%s: %+v", algorithm, d)
			}
			return err
		}
	}
	var log transcript
	for _, o := range []struct {
		name string
		rows limitRows
		run  func(context.Context) error
	}{
		{"fixed window: counted", limitRows{counts: true, count: 2, last: at}, take(authplugin.FixedWindow, true, 1)},
		{"fixed window: refused", limitRows{found: true, count: 3, last: at}, take(authplugin.FixedWindow, false, 0)},
		{"fixed window: the first request", limitRows{}, take(authplugin.FixedWindow, true, 2)},
		{"sliding window: counted", limitRows{counts: true, count: 2, last: at, slots: full}, take(authplugin.SlidingWindow, true, 1)},
		{"sliding window: refused", limitRows{found: true, count: 3, last: at, slots: full}, take(authplugin.SlidingWindow, false, 0)},
		{"sliding window: the first request", limitRows{}, take(authplugin.SlidingWindow, true, 2)},
		{"delete expired", limitRows{expired: 2}, func(ctx context.Context) error {
			n, err := auth.RateLimiter().DeleteExpired(ctx)
			if err == nil && n != 2 {
				err = errors.New("another number was deleted")
			}
			return err
		}},
	} {
		recording.Reset()
		*rows = o.rows
		if err := o.run(t.Context()); err != nil {
			t.Errorf("%s: %v", o.name, err)
		}
		log.section(o.name, recording.Statements())
		checkTSQL(t, recording)
		checkValues(t, o.name, recording.Statements())
	}
	recording.Reset()
	checkGolden(t, "sqlserver/rate-limiter", log.text.String())
}
