package authplugin

import (
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// PluginOf finds a plugin of the Auth by its Go type. It is how a package gives
// access to the operations of its plugin:
//
//	func Of(auth *authplugin.Auth) Operations {
//		plugin, err := authplugin.PluginOf[*Plugin](auth)
//		return Operations{plugin: plugin, auth: auth, err: err}
//	}
//
// so that twofactor.Of(auth).Enable(ctx, ...) works in the transaction that auth is
// bound to. T may be an interface, which finds the first plugin that implements it.
// Without such a plugin it is [ErrNoPlugin], before db.Use [ErrNotInitialized].
func PluginOf[T any](auth *Auth) (T, error) {
	var none T
	c, err := auth.ready()
	if err != nil {
		return none, err
	}
	for _, p := range c.cfg.Plugins {
		if plugin, ok := p.(T); ok {
			return plugin, nil
		}
	}
	return none, fmt.Errorf("%w: add one of type %s to Config.Plugins", ErrNoPlugin, reflect.TypeFor[T]())
}

// initPlugins shows the plugins what they have become part of.
func (a *Auth) initPlugins() error {
	for _, i := range pluginOrder(a.cfg.Plugins) {
		p := a.cfg.Plugins[i]
		initializer, ok := p.(InitPlugin)
		if !ok {
			continue
		}
		if err := initializer.Init(a); err != nil {
			return fmt.Errorf("authplugin: plugin %s: %w", p.ID(), err)
		}
	}
	return nil
}

// gormSettings are what db.Use changes of a *gorm.DB, apart from callbacks.
type gormSettings struct {
	logger logger.Interface
	pool   gorm.ConnPool
	// prepared is the pool within GORM's prepared statements, if pool is those.
	prepared gorm.ConnPool
}

func settingsOf(db *gorm.DB) gormSettings {
	s := gormSettings{logger: db.Logger, pool: db.ConnPool}
	if prepared, ok := db.ConnPool.(*gorm.PreparedStmtDB); ok {
		s.prepared = prepared.ConnPool
	}
	return s
}

func (s gormSettings) restore(db *gorm.DB) {
	db.Logger, db.ConnPool, db.Statement.ConnPool = s.logger, s.pool, s.pool
	if prepared, ok := s.pool.(*gorm.PreparedStmtDB); ok {
		prepared.ConnPool = s.prepared
	}
}
