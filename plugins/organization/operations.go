package organization

import (
	"context"

	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
)

// Operations are the operations of the plugin. They are safe for concurrent use.
//
// Those that permissions matter for take the id of the user who acts, as actor, and
// check it in their transaction. Their siblings whose name ends in Unchecked are for
// the server itself; limits and the rule of the last owner hold for them too.
type Operations struct {
	plugin *Plugin
	auth   *authplugin.Auth
	err    error
}

// Of gives the operations, in the transaction that auth is bound to.
func Of(auth *authplugin.Auth) Operations {
	plugin, err := authplugin.PluginOf[*Plugin](auth)
	return Operations{plugin: plugin, auth: auth, err: err}
}

// locked is an organization in a transaction that keeps others from changing what
// belongs to it: members, invitations, teams, roles. Every rule over several of them
// is checked in it.
type locked struct {
	plugin       *Plugin
	tx           *authplugin.Auth
	organization *Organization
}

// lock runs a function with an organization that is locked.
func (o Operations) lock(ctx context.Context, id authplugin.ID, fn func(l locked) error) error {
	if o.err != nil {
		return o.err
	}
	return o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		organization, err := authplugin.RowsOf[Organization](tx).Lock(ctx, id)
		if err != nil {
			return instead(err, authplugin.ErrNotFound, ErrOrganizationNotFound)
		}
		return fn(locked{o.plugin, tx, organization})
	})
}

// lockAs is lock for a user who must be a member, and permitted an action.
func (o Operations) lockAs(ctx context.Context, actor, id authplugin.ID, resource, action string, fn func(l locked, as *Membership) error) error {
	return o.lock(ctx, id, func(l locked) error {
		as, err := l.membership(ctx, actor)
		if err != nil {
			return err
		}
		if resource != "" && !as.Permits(resource, action) {
			return ErrNotAllowed
		}
		return fn(l, as)
	})
}

// count counts rows as they are now: in a transaction that has read before, MySQL goes
// on seeing what was there then, unless the rows are locked.
func count(ctx context.Context, tx *authplugin.Auth, model string, row any, where ...authplugin.Condition) (int64, error) {
	db := tx.DB(ctx).Model(row).Where(tx.Clause(model, where...))
	if db.Name() == "mysql" {
		db = db.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	var n int64
	err := db.Count(&n).Error
	return n, err
}

// reached returns an error when there are as many rows as a limit allows.
func reached(ctx context.Context, tx *authplugin.Auth, limit int, full error, model string, row any, where ...authplugin.Condition) error {
	if limit == Unlimited {
		return nil
	}
	n, err := count(ctx, tx, model, row, where...)
	if err != nil {
		return err
	}
	if n >= int64(limit) {
		return full
	}
	return nil
}

// first returns the first row of a query as it is now, nil for none.
func first[T any](ctx context.Context, tx *authplugin.Auth, where ...authplugin.Condition) (*T, error) {
	rows, err := authplugin.RowsOf[T](tx).LockMany(ctx, authplugin.Query{Where: where, Limit: 1})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// all returns every row that meets conditions, by id.
func all[T any](ctx context.Context, auth *authplugin.Auth, id func(T) authplugin.ID, where ...authplugin.Condition) ([]T, error) {
	return pages(ctx, authplugin.RowsOf[T](auth).FindMany, id, where...)
}

// pages is all, by the way in which a page is found.
func pages[T any](
	ctx context.Context, find func(context.Context, authplugin.Query) ([]T, error), id func(T) authplugin.ID, where ...authplugin.Condition,
) ([]T, error) {
	const page = 500
	q := authplugin.Query{Where: where, Sort: authplugin.Asc("id"), Limit: page}
	var found []T
	for {
		rows, err := find(ctx, q)
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
		if len(rows) < page {
			return found, nil
		}
		q.After = authplugin.Values{"id": id(rows[page-1])}
	}
}
