package authcli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gorm-auth/authplugin"
)

func (a *app) cleanupCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "cleanup",
		Short: "Delete expired sessions, verifications and rate limits, and what plugins clean up",
		Long: `Delete expired sessions and verifications, counters of requests that count nothing
any more, and what plugins clean up.

They are deleted in batches, by the index on the expiry, each in a transaction of
its own: users do not wait. An interrupted cleanup is gone on with by the next one.`,
		Example: a.example("cleanup", "cleanup --json   # by cron"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.cleanup(c.Context(), asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print how many were deleted as JSON")
	return c
}

// cleaned is what a cleanup deleted.
type cleaned struct {
	Sessions      int64 `json:"sessions"`
	Verifications int64 `json:"verifications"`
	// RateLimits is nil when counters are not kept in the database.
	RateLimits *int64 `json:"rateLimits,omitempty"`
	// Plugins are rows of plugins, by ID of the plugin.
	Plugins map[string]int64 `json:"plugins,omitempty"`
}

func (a *app) cleanup(ctx context.Context, asJSON bool) error {
	s, err := a.open(ctx, refuseMissing)
	if err != nil {
		return err
	}
	defer s.close()
	var done cleaned
	if _, ok := s.auth.Schema().Model(authplugin.ModelRateLimit); ok {
		done.RateLimits = new(int64)
	}
	for _, task := range []struct {
		model  string
		into   *int64
		delete func(context.Context) (int64, error)
	}{
		{authplugin.ModelSession, &done.Sessions, s.auth.Sessions().DeleteExpired},
		{authplugin.ModelVerification, &done.Verifications, s.auth.Verifications().DeleteExpired},
		{authplugin.ModelRateLimit, done.RateLimits, s.auth.RateLimiter().DeleteExpired},
	} {
		if _, ok := s.auth.Schema().Model(task.model); !ok {
			continue // kept in a secondary storage, where it expires by itself
		}
		var err error
		if *task.into, err = a.deleteWithProgress(ctx, s, task.model, task.delete); err != nil {
			a.note("deleted before the error: %s", done)
			return fmt.Errorf("cannot delete what has expired of the model %s; status says whether its table is as it should be: %w", task.model, err)
		}
	}
	// The models of the core are done, with progress; what is left are the plugins.
	all, err := s.auth.Cleanup(ctx)
	done.Sessions, done.Verifications, done.Plugins = done.Sessions+all.Sessions, done.Verifications+all.Verifications, all.Plugins
	if done.RateLimits != nil {
		*done.RateLimits += all.RateLimits
	}
	if err != nil {
		a.note("deleted before the error: %s", done)
		return fmt.Errorf("cannot delete all that has expired: %w", err)
	}
	if asJSON {
		return a.printJSON(done)
	}
	a.say("deleted %s", done)
	return nil
}

// String is what was deleted, for people.
func (c cleaned) String() string {
	parts := make([]string, 0, 3+len(c.Plugins))
	parts = append(parts, fmt.Sprintf("%d expired sessions", c.Sessions), fmt.Sprintf("%d expired verifications", c.Verifications))
	if c.RateLimits != nil {
		parts = append(parts, fmt.Sprintf("%d expired rate limits", *c.RateLimits))
	}
	for _, id := range slices.Sorted(maps.Keys(c.Plugins)) {
		parts = append(parts, fmt.Sprintf("%d rows of the plugin %s", c.Plugins[id], id))
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
