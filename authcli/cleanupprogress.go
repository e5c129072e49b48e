package authcli

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// countTimeout is how long the total of a progress bar may take to find out.
const countTimeout = 2 * time.Second

// deleteWithProgress deletes the expired rows of a model. On a terminal it shows how
// far it is, by the deletes that GORM reports.
func (a *app) deleteWithProgress(ctx context.Context, s *session, model string, run func(context.Context) (int64, error)) (int64, error) {
	p := a.progress()
	if p.out == nil {
		return run(ctx)
	}
	info, _ := s.auth.Schema().Model(model)
	total := countExpired(ctx, s, model, info)
	var done int64
	const name = "authcli:progress"
	err := s.db.Callback().Delete().After("gorm:delete").Register(name, func(db *gorm.DB) {
		if db.Error == nil && db.Statement.Table == info.Table {
			done += db.RowsAffected
			p.show(info.Table, done, total)
		}
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.db.Callback().Delete().Remove(name) }()
	defer p.clear()
	p.show(info.Table, 0, total)
	return run(ctx)
}

// countExpired is how many rows of a model have expired, 0 when that takes too long.
func countExpired(ctx context.Context, s *session, model string, info authplugin.ModelInfo) int64 {
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	if _, ok := info.Field("expiresAt"); !ok {
		return 0
	}
	n, err := s.auth.Records(model).Count(ctx, authplugin.Lte("expiresAt", time.Now()))
	if err != nil {
		return 0
	}
	return n
}
