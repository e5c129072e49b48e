package authplugin

import (
	"fmt"

	"gorm.io/gorm"
)

// registerHookCallbacks puts the hooks into GORM's chains, if there are any, and what
// discards copies in the secondary storage.
func (c *core) registerHookCallbacks(db *gorm.DB) error {
	if len(c.hooks) == 0 && len(c.userDeletes) == 0 && !c.observesCommits() {
		return nil
	}
	create, update, del := db.Callback().Create(), db.Callback().Update(), db.Callback().Delete()
	const commit = "gorm:commit_or_rollback_transaction"
	for _, err := range []error{
		create.After("gorm:begin_transaction").Before("authplugin:prepare_create").Register("authplugin:begin_create_hooks", c.beginHooks(OperationCreate)),
		create.After("gorm:save_before_associations").Before("authplugin:finish_create").Register("authplugin:before_create_hooks", c.beforeCreateHooks),
		create.After("gorm:after_create").Before(commit).Register("authplugin:after_create_hooks", c.afterCreateHooks),
		create.After(commit).Register("authplugin:end_create_hooks", c.endHooks(OperationCreate)),

		update.After("gorm:begin_transaction").Before("gorm:setup_reflect_value").Register("authplugin:begin_update_hooks", c.beginHooks(OperationUpdate)),
		update.After("gorm:save_before_associations").Before("authplugin:finish_update").Register("authplugin:before_update_hooks", c.beforeUpdateHooks),
		update.After("gorm:after_update").Before(commit).Register("authplugin:after_update_hooks", c.afterPlan(OperationUpdate)),
		update.After(commit).Register("authplugin:end_update_hooks", c.endHooks(OperationUpdate)),

		del.After("gorm:begin_transaction").Before("gorm:before_delete").Register("authplugin:begin_delete_hooks", c.beginHooks(OperationDelete)),
		del.After("gorm:before_delete").Before("gorm:delete_before_associations").Register("authplugin:before_delete_hooks", c.beforeDeleteHooks),
		del.After("gorm:after_delete").Before(commit).Register("authplugin:after_delete_hooks", c.afterPlan(OperationDelete)),
		del.After(commit).Register("authplugin:end_delete_hooks", c.endHooks(OperationDelete)),

		create.After("authplugin:finish_create").Before("gorm:create").Register("authplugin:discard_upserted", c.discardUpserted),
		create.After("authplugin:finish_create").Before("gorm:create").Register("authplugin:discard_created", c.discardCreated),
		c.wrap(update, "gorm:update", c.runPlan(OperationUpdate)),
		c.wrap(del, "gorm:delete", c.runPlan(OperationDelete)),
	} {
		if err != nil {
			return fmt.Errorf("authplugin: cannot register the GORM callbacks of hooks: %w", err)
		}
	}
	return nil
}

// hookCallbackNames are those that registerHookCallbacks gives, without the prefix.
var hookCallbackNames = []string{ //nolint:gochecknoglobals // a table that nothing writes
	"begin_create_hooks", "before_create_hooks", "after_create_hooks", "end_create_hooks",
	"begin_update_hooks", "before_update_hooks", "after_update_hooks", "end_update_hooks",
	"discard_upserted", "discard_created", "begin_delete_hooks", "before_delete_hooks", "after_delete_hooks", "end_delete_hooks",
}

// processor is one of GORM's chains of callbacks.
type processor interface {
	Get(name string) func(*gorm.DB)
	Replace(name string, fn func(*gorm.DB)) error
}

// wrap puts a wrapper around one of GORM's own callbacks.
func (c *core) wrap(p processor, name string, wrapper func(db *gorm.DB, next func(*gorm.DB))) error {
	next := p.Get(name)
	if err := p.Replace(name, func(db *gorm.DB) { wrapper(db, next) }); err != nil {
		return err
	}
	c.unwrap = append(c.unwrap, func() error { return p.Replace(name, next) })
	return nil
}
