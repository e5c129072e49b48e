package twofactor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gorm-auth/authplugin"
)

// attempt is one that has been counted as a failure. Counting comes first, so that no
// more are looked at than may fail, whoever comes at the same time; one that
// succeeds takes it back.
type attempt struct {
	operations Operations
	e          enrolment
	// slot is the attempt's number where the row does not count.
	slot int
}

// attempt counts one, or is [ErrLocked].
func (o Operations) attempt(ctx context.Context, e enrolment) (attempt, error) {
	if e.row == nil {
		return o.takeSlot(ctx, e)
	}
	locked := false
	err := o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		rows := authplugin.RowsOf[TwoFactor](tx)
		row, err := rows.Lock(ctx, e.row.ID)
		if err != nil {
			return err
		}
		var until any
		failures := row.failures() + 1
		if row.LockedUntil != nil {
			if locked = row.LockedUntil.After(tx.Now()); locked {
				return nil
			}
			failures = 1
		}
		if failures >= o.plugin.options.MaxFailures {
			until = tx.Now().Add(o.plugin.options.LockFor)
		}
		_, err = rows.Update(ctx, row.ID, authplugin.Values{"failedVerificationCount": failures, "lockedUntil": until})
		return err
	})
	switch {
	case errors.Is(err, authplugin.ErrNotFound):
		return attempt{}, ErrNotEnabled // disabled meanwhile
	case err != nil:
		return attempt{}, fmt.Errorf("twofactor: cannot count an attempt: %w", err)
	case locked:
		return attempt{}, ErrLocked
	}
	return attempt{operations: o, e: e}, nil
}

// takeSlot takes one of the slots that a user without a row has, each a verification
// that can be reserved by one attempt. They are free again when they expire.
func (o Operations) takeSlot(ctx context.Context, e enrolment) (attempt, error) {
	for slot := range o.plugin.options.MaxFailures {
		err := o.mark(ctx, slotIdentifier(e.user.ID, slot), o.plugin.options.LockFor)
		if errors.Is(err, authplugin.ErrDuplicate) {
			continue
		}
		if err != nil {
			return attempt{}, fmt.Errorf("twofactor: cannot count an attempt: %w", err)
		}
		return attempt{operations: o, e: e, slot: slot}, nil
	}
	return attempt{}, ErrLocked
}

// succeed takes back what was counted: this attempt and the failures before it.
func (a attempt) succeed(ctx context.Context) error {
	if a.e.row != nil {
		_, err := authplugin.RowsOf[TwoFactor](a.operations.auth).UpdateMany(ctx, []authplugin.Condition{authplugin.Eq("id", a.e.row.ID)},
			authplugin.Values{"failedVerificationCount": 0, "lockedUntil": nil})
		return err
	}
	for slot := range a.slot + 1 {
		if err := a.operations.unmark(ctx, slotIdentifier(a.e.user.ID, slot)); err != nil {
			return err
		}
	}
	return nil
}

// lockedUntil is when attempts are taken again, the zero time if they are now.
func (o Operations) lockedUntil(ctx context.Context, e enrolment) (time.Time, error) {
	now := o.auth.Now()
	if e.row != nil {
		if e.row.LockedUntil == nil || !e.row.LockedUntil.After(now) {
			return time.Time{}, nil
		}
		return *e.row.LockedUntil, nil
	}
	var first time.Time
	for slot := range o.plugin.options.MaxFailures {
		taken, err := o.auth.Verifications().Find(ctx, slotIdentifier(e.user.ID, slot))
		if errors.Is(err, authplugin.ErrNotFound) {
			return time.Time{}, nil
		}
		if err != nil {
			return time.Time{}, err
		}
		if first.IsZero() || taken.ExpiresAt.Before(first) {
			first = taken.ExpiresAt
		}
	}
	return first, nil
}

func slotIdentifier(userID authplugin.ID, slot int) string {
	return "2fa-attempt-" + string(userID) + "-" + strconv.Itoa(slot)
}
