package authplugin

import (
	"context"
	"slices"

	"gorm.io/gorm"
)

// userDeletes are the plugins that are asked about the deletion of users.
func userDeletes(plugins []Plugin) []UserDeletePlugin {
	var asked []UserDeletePlugin
	for _, i := range pluginOrder(plugins) {
		if p, ok := plugins[i].(UserDeletePlugin); ok {
			asked = append(asked, p)
		}
	}
	return asked
}

// asksOn reports whether plugins are asked before an operation on the rows of a model.
func (c *core) asksOn(m *model, op Operation) bool {
	return len(c.userDeletes) > 0 && m.name == ModelUser && op == OperationDelete
}

type askedAbout struct{}

// askDelete asks plugins before a row of a model is deleted with what belongs to it, all
// of which is still there. In the context of the handle that it returns they are not
// asked again about the row.
func (c *core) askDelete(tx *gorm.DB, m *model, id ID) (*gorm.DB, error) {
	if _, possible := m.idParameter(id); !possible || !c.asksOn(m, OperationDelete) {
		return tx, nil
	}
	ctx := tx.Statement.Context
	if err := c.askUserDelete(ctx, &Auth{state: c.owner, db: tx}, []ID{id}); err != nil {
		return tx, err
	}
	return tx.WithContext(context.WithValue(ctx, askedAbout{}, id)), nil
}

func (c *core) askUserDelete(ctx context.Context, tx *Auth, ids []ID) error {
	for _, p := range c.userDeletes {
		if err := p.BeforeUserDelete(ctx, tx, ids); err != nil {
			return err
		}
	}
	return nil
}

// askBatch asks plugins about the batch of users at hand.
func (r *hookRun) askBatch() error {
	if !r.chain.asks {
		return nil
	}
	ids := make([]ID, 0, len(r.plan.rows))
	asked, _ := r.h.Context.Value(askedAbout{}).(ID)
	for _, row := range r.plan.rows {
		if row.id != asked {
			ids = append(ids, row.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	return r.core.askUserDelete(r.h.Context, r.h.Auth, ids)
}
