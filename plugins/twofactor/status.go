package twofactor

import (
	"context"
	"time"

	"github.com/gorm-auth/authplugin"
)

// Status is what an application asks of a user's second factor.
type Status struct {
	// Enabled says that a code is to be asked for.
	Enabled bool `json:"enabled"`
	// App says that codes of an authenticator app are taken, Pending that one is set
	// up and not confirmed.
	App     bool `json:"app"`
	Pending bool `json:"pending"`
	// BackupCodes is how many are left.
	BackupCodes int `json:"backupCodes"`
	// LockedUntil is when attempts are taken again; the zero time if they are now.
	LockedUntil time.Time `json:"lockedUntil,omitzero"`
}

// Status tells how a user's second factor stands.
func (o Operations) Status(ctx context.Context, userID authplugin.ID) (Status, error) {
	e, err := o.load(ctx, userID)
	if err != nil {
		return Status{}, err
	}
	s := Status{Enabled: e.enabled(), App: e.hasApp()}
	s.Pending = e.secret != "" && !s.App
	if s.App && e.codes != "" {
		codes, err := o.plugin.openCodes(e.codes, userID)
		if err != nil {
			return Status{}, err
		}
		s.BackupCodes = len(codes)
	}
	if s.LockedUntil, err = o.lockedUntil(ctx, e); err != nil {
		return Status{}, err
	}
	return s, nil
}
