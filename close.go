package authplugin

import (
	"context"
)

// newTier is the in-process tier, nil for none.
func (c *core) newTier() *localTier {
	broadcaster, ok := c.cfg.SecondaryStorage.(Broadcaster)
	if c.cfg.LocalCache == nil || !ok {
		return nil
	}
	return newLocalTier(localTierConfig{
		cache: c.cfg.LocalCache, broadcaster: broadcaster, maxAge: c.cfg.LocalMaxAge, now: c.now,
		report: func(err error) {
			if err == nil {
				c.storage.log.Info("authplugin: sessions are served from memory: the subscription to changes is live")
				return
			}
			c.storage.log.Warn("authplugin: no session is served from memory until the subscription to changes is live again", "error", err)
		},
	})
}

// Close ends what the Auth runs in the background: the subscription of the in-process
// tier, and repairs of the secondary storage that are still due. Everything else goes
// on working. An Auth without a [Config.SecondaryStorage] has nothing to close, and
// closing twice is no error. The context limits how long it waits.
func (a *Auth) Close(ctx context.Context) error {
	c, err := a.ready()
	if err != nil || c.storage == nil {
		return err
	}
	c.repairs.close(ctx)
	if c.copies == nil {
		return nil
	}
	done := make(chan struct{})
	go func() {
		c.copies.tier.close()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
