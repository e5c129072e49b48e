package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Consume takes the newest verification of an identifier: exactly one of many
// concurrent callers gets it, the others [ErrNotFound]. All rows of the
// identifier are gone afterwards. When the newest has expired it is gone, too,
// and the error is [ErrExpired].
func (v Verifications[V]) Consume(ctx context.Context, identifier string) (*V, error) {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil {
		return nil, err
	}
	if !isPresentable(identifier) {
		return nil, ErrNotFound
	}
	stored, err := v.hasStored(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	switch {
	case stored:
		return v.consumeLeft(ctx, o, identifier)
	case o.core.verificationsIn == StorageOnly:
		return v.consumeStored(ctx, o, identifier)
	}
	take := v.takeByStatement
	if !v.oneStatement(o) {
		take = v.takeByTransaction
	}
	rows, err := take(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	return v.newest(o, rows, identifier)
}

// consumeLeft takes a verification that is left in the storage from when there were no
// rows, and deletes the older rows of its identifier.
func (v Verifications[V]) consumeLeft(ctx context.Context, o bound[V], identifier string) (row *V, err error) {
	err = o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		within := o
		within.handle = tx
		if row, err = v.consumeStored(ctx, within, identifier); err != nil {
			return err
		}
		_, err = within.delete(ctx, within.ofIdentifier(identifier)...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return row, nil
}

// oneStatement reports whether a DELETE that returns its rows will do. Hooks need
// the rows beforehand, and where foreign callbacks may fail after it without a
// transaction of GORM's, what it took would be lost.
func (v Verifications[V]) oneStatement(o bound[V]) bool {
	if o.core.hot.consumeVerification == nil || o.binding.hooks.runs(OperationDelete) {
		return false
	}
	return !o.handle.SkipDefaultTransaction || o.core.deletesAlone(o.binding, o.handle.Callback().Delete())
}

// takeByStatement deletes the rows of an identifier by a DELETE that returns them.
func (v Verifications[V]) takeByStatement(ctx context.Context, o bound[V], identifier string) (rows []*V, err error) {
	chain := o.handle.Callback().Delete()
	alone := o.core.deletesAlone(o.binding, chain)
	err = o.core.runOwn(ctx, o.handle, func() error {
		rows = nil
		if err := o.core.discardVerification(ctx, o.handle, identifier); err != nil {
			return err
		}
		l := o.core.lookUpIdentifier(o.core.hot.consumeVerification, identifier)
		op := operation{statement: l.statement, key: l.key, alone: alone, read: func(r *sql.Rows) (int64, error) {
			rows, err = readAll(ctx, o, r, nil)
			return int64(len(rows)), err
		}}
		_, err := o.core.run(ctx, o.handle, chain, o.binding, new(V), op)
		return err
	})
	return rows, err
}

// takeByTransaction reads the rows of an identifier and deletes them; of those
// who read the newest one, only one deletes it.
func (v Verifications[V]) takeByTransaction(ctx context.Context, o bound[V], identifier string) (rows []*V, err error) {
	err = o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		rows = nil
		read := o.newestFirst(tx).Clauses(clause.Where{Exprs: o.ofIdentifier(identifier)})
		switch o.core.dialect.Name() {
		case "mysql":
			read = read.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
		case "sqlserver":
			read = read.Clauses(updateLock{})
		}
		if err := read.Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		newest := tx.Where(o.equals("id", ID(o.text(rows[0], "id")))).Delete(new(V))
		if newest.Error != nil {
			return newest.Error
		}
		if newest.RowsAffected == 0 {
			return errLost
		}
		return v.deleteRows(tx, o, rows[1:])
	})
	if errors.Is(err, errLost) {
		return nil, nil
	}
	return rows, o.core.outcome(o.model, err)
}

// deleteRows deletes the rows that were read. One that has come meanwhile stays
// for who consumes it.
func (v Verifications[V]) deleteRows(tx *gorm.DB, o bound[V], rows []*V) error {
	for chunk := range slices.Chunk(rows, expiredBatch) {
		ids := make([]any, len(chunk))
		for i, row := range chunk {
			ids[i] = ID(o.text(row, "id"))
		}
		if err := tx.Clauses(clause.Where{Exprs: []clause.Expression{clause.IN{Column: o.column("id"), Values: ids}}}).Delete(new(V)).Error; err != nil {
			return err
		}
	}
	return nil
}

// errLost ends the transaction of a caller that another one was faster than.
var errLost = errors.New("authplugin: another caller was faster")

// newestRows reads the rows of an identifier that were created last: those of one
// millisecond. MySQL and SQL Server order ids in their own way, and the latter
// finds identifiers that differ in case, too.
func (v Verifications[V]) newestRows(ctx context.Context, o bound[V], identifier string) (rows []*V, err error) {
	l := o.core.lookUpIdentifier(o.core.hot.verificationByIdentifier, identifier)
	_, err = o.query(ctx, l, &rows, func(r *sql.Rows) (int64, error) {
		var newest *V
		rows, err = readAll(ctx, o, r, func(row *V) bool {
			if newest == nil && isIdentifier(o.text(row, "identifier"), identifier) {
				newest = row
			}
			return newest != nil && o.moment(row, "createdAt").Before(o.moment(newest, "createdAt"))
		})
		return int64(len(rows)), err
	})
	return rows, err
}

// readAll reads rows up to the first one that is beyond, or all of them.
func readAll[T any](ctx context.Context, o bound[T], rows *sql.Rows, beyond func(row *T) bool) ([]*T, error) {
	reader := o.core.reader(o.binding, nil)
	var all []*T
	for rows.Next() {
		row := new(T)
		if err := reader.scan(ctx, rows, row, nil); err != nil {
			return all, err
		}
		if beyond != nil && beyond(row) {
			return all, nil
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
