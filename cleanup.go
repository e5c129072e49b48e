package authplugin

import (
	"context"
	"errors"
	"fmt"
)

// CleanupResult is how many rows [Auth.Cleanup] has deleted.
type CleanupResult struct {
	Sessions, Verifications int64
	// RateLimits are counters of requests in the database, see [RateLimitConfig.KeepFor].
	RateLimits int64
	// Plugins are the rows of plugins, by ID of the plugin.
	Plugins map[string]int64
}

// Cleanup deletes what has expired: sessions, verifications, counters of
// requests, then what the plugins clean up ([CleanupPlugin]). It is to be called from time to time, daily for
// example, or run as the command cleanup; any number of processes may at once. One
// part that fails does not keep the others from running; the result says what was
// deleted, also when there is an error.
func (a *Auth) Cleanup(ctx context.Context) (CleanupResult, error) {
	result := CleanupResult{Plugins: map[string]int64{}}
	c, err := a.ready()
	if err != nil {
		return result, err
	}
	var errs []error
	for _, part := range []struct {
		model  string
		into   *int64
		delete func(context.Context) (int64, error)
	}{
		{ModelSession, &result.Sessions, a.Sessions().DeleteExpired},
		{ModelVerification, &result.Verifications, a.Verifications().DeleteExpired},
		{ModelRateLimit, &result.RateLimits, a.RateLimiter().DeleteExpired},
	} {
		if c.schema.byName[part.model] == nil {
			continue // kept in a secondary storage, where it expires by itself
		}
		n, err := part.delete(ctx)
		*part.into = n
		errs = append(errs, err)
	}
	for _, i := range pluginOrder(c.cfg.Plugins) {
		p, ok := c.cfg.Plugins[i].(CleanupPlugin)
		if !ok {
			continue
		}
		n, err := p.Cleanup(ctx, a)
		result.Plugins[p.ID()] = n
		if err != nil {
			errs = append(errs, fmt.Errorf("authplugin: cleanup of plugin %s: %w", p.ID(), err))
		}
	}
	return result, errors.Join(errs...)
}
