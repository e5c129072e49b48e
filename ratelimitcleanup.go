package authplugin

import (
	"context"

	"gorm.io/gorm/clause"
)

// DeleteExpired deletes counters of the database that count nothing any more, in
// batches by the index on their time, and returns how many. Other storages do so by
// themselves. [Auth.Cleanup] calls it.
func (l RateLimiter) DeleteExpired(ctx context.Context) (int64, error) {
	c, err := l.auth.ready()
	if err != nil {
		return 0, err
	}
	store, ok := c.limits.store.(*databaseLimits)
	if !ok {
		return 0, nil
	}
	return store.deleteExpired(ctx, l.auth)
}

// deleteExpired deletes the counters whose last request is longer ago than any window.
func (d *databaseLimits) deleteExpired(ctx context.Context, auth *Auth) (int64, error) {
	c, m := d.b.core, d.b.model
	last := clause.Column{Table: clause.CurrentTable, Name: m.byName["lastRequest"].column}
	id := clause.Column{Table: clause.CurrentTable, Name: m.primary().column}
	expired := clause.Lt{Column: last, Value: c.now().Add(-c.limits.keepFor).UnixMilli()}
	handle := c.session(ctx, d.handle(auth))
	var total int64
	for {
		var ids []ID
		err := handle.Model(&RateLimit{}).Order(clause.OrderByColumn{Column: last}).Limit(expiredBatch).
			Clauses(clause.Where{Exprs: []clause.Expression{expired}}).Pluck(m.primary().column, &ids).Error
		if err != nil || len(ids) == 0 {
			return total, c.outcome(m, err)
		}
		values := make([]any, len(ids))
		for i, v := range ids {
			values[i] = v
		}
		batch := clause.Where{Exprs: []clause.Expression{clause.IN{Column: id, Values: values}, expired}}
		err = c.runOwn(ctx, handle, func() error {
			db := handle.Clauses(batch).Delete(&RateLimit{})
			total += db.RowsAffected
			return c.outcome(m, db.Error)
		})
		if err != nil || len(ids) < expiredBatch {
			return total, err
		}
	}
}
