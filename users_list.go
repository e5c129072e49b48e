package authplugin

import (
	"context"
	"fmt"
)

// List lists users, as [Records.FindMany] does: the conditions, the order, Limit
// (100 by default) with Offset or After of a query count. Users come whole and
// without other models, so a Select or Join is an error.
func (u Users[T]) List(ctx context.Context, q Query) ([]T, error) {
	o, err := open[T](u.auth, ModelUser)
	if err != nil {
		return nil, err
	}
	if len(q.Select) > 0 || len(q.Join) > 0 {
		return nil, errWholeUsers
	}
	t := o.core.tableOf(o.session(ctx), o.model)
	t.goType = o.goType
	conditions, err := t.conditions(q.Where)
	if err != nil {
		return nil, err
	}
	query, err := t.page(t.where(conditions), q)
	if err != nil {
		return nil, err
	}
	users := []T{}
	if err := query.Find(&users).Error; err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	return users, nil
}

var errWholeUsers = fmt.Errorf("%w: List reads whole users; Select and Join are for Records(%q)", ErrInvalid, ModelUser)

// Count counts the users that meet all conditions.
func (u Users[T]) Count(ctx context.Context, where ...Condition) (int64, error) {
	if _, err := open[T](u.auth, ModelUser); err != nil {
		return 0, err
	}
	return u.auth.Records(ModelUser).Count(ctx, where...)
}
