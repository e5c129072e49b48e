package authplugin

import (
	"fmt"

	"gorm.io/gorm"
)

// registerCallbacks hooks the library into GORM's chains, each callback at the
// place that its work needs: ids, defaults and times before the application's
// own hooks, so that these see them; transforms and validation after those, so
// that what is written has been checked; all inside the implicit transaction.
func (c *core) registerCallbacks(db *gorm.DB) error {
	create, update := db.Callback().Create(), db.Callback().Update()
	query, row, del := db.Callback().Query(), db.Callback().Row(), db.Callback().Delete()
	raw := db.Callback().Raw()
	for _, cb := range []struct {
		name     string
		register func(name string) error
	}{
		{"prepare_create", func(n string) error {
			return create.After("gorm:begin_transaction").Before("gorm:before_create").Register(n, c.prepareCreate)
		}},
		{"finish_create", func(n string) error {
			return create.After("gorm:save_before_associations").Before("gorm:create").Register(n, c.finishCreate)
		}},
		{"created", func(n string) error {
			return create.After("gorm:create").Before("gorm:save_after_associations").Register(n, c.created)
		}},
		{"prepare_update", func(n string) error {
			return update.After("gorm:setup_reflect_value").Before("gorm:before_update").Register(n, c.prepareUpdate)
		}},
		{"finish_update", func(n string) error {
			return update.After("gorm:save_before_associations").Before("gorm:update").Register(n, c.finishUpdate)
		}},
		{"updated", func(n string) error {
			return update.After("gorm:update").Before("gorm:save_after_associations").Register(n, c.updated)
		}},
		{"conditions_query", func(n string) error { return query.Before("gorm:query").Register(n, c.rewriteConditions) }},
		{"conditions_row", func(n string) error { return row.Before("gorm:row").Register(n, c.rewriteConditions) }},
		{"conditions_delete", func(n string) error {
			return del.After("gorm:before_delete").Before("gorm:delete").Register(n, c.rewriteConditions)
		}},
		{"deleted", func(n string) error {
			return del.After("gorm:delete").Before("gorm:after_delete").Register(n, c.translateErrors)
		}},
		{"refuse_unresolved", func(n string) error {
			return raw.Before("gorm:raw").Register(n, func(db *gorm.DB) {
				c.refuseUnresolved(db)
				c.rewriteConditions(db)
			})
		}},
		{"guard_ddl", func(n string) error { return raw.Before("gorm:raw").Register(n, c.guardDDL) }},
	} {
		if err := cb.register("authplugin:" + cb.name); err != nil {
			return fmt.Errorf("authplugin: cannot register the GORM callback %s: %w", cb.name, err)
		}
	}
	if err := c.wrapHandlers(db); err != nil {
		return fmt.Errorf("authplugin: cannot replace GORM's own callbacks: %w", err)
	}
	if err := c.registerCommitCallbacks(db); err != nil {
		return err
	}
	return c.registerHookCallbacks(db)
}

// written is the binding of what a statement writes, nil when it has failed
// already or is none of the library's business.
func (c *core) written(db *gorm.DB) *binding {
	if db.Error != nil || db.Statement.Schema == nil {
		return nil
	}
	c.refuseTableless(db)
	return c.bindings[db.Statement.Schema]
}

// refuseTableless refuses statements on models whose rows are in the secondary storage
// alone, but for those that are not sent.
func (c *core) refuseTableless(db *gorm.DB) {
	if db.Statement.Schema == nil || db.DryRun {
		return
	}
	if b := c.bindings[db.Statement.Schema]; b != nil && b.model.tableless {
		_ = db.AddError(fmt.Errorf("authplugin: the rows of %s are in the secondary storage only, and have no table: use the operations of Auth, or set %s.Storage to StorageAndDatabase", b.model.name, b.model.goName))
	}
}

// translateErrors makes the errors of writes to the models the same on every
// database.
func (c *core) translateErrors(db *gorm.DB) {
	if db.Error == nil || db.Statement.Schema == nil {
		return
	}
	if b := c.bindings[db.Statement.Schema]; b != nil {
		db.Error = c.translate(b.model, db.Error)
	}
}
