package authtest

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// heard is what hooks were called for.
type heard struct {
	mutex sync.Mutex
	calls map[string][]string
}

func (h *heard) note(context *authplugin.HookContext, phase string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.calls[context.Model] = append(h.calls[context.Model], phase+" "+string(context.Operation))
}

func (h *heard) of(model string) []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return slices.Clone(h.calls[model])
}

// hooks expects hooks of the application to run for writes to every model.
func (c *conformance) hooks(t *testing.T, d Database) {
	cfg := c.config()
	schema := schemaOf(cfg)
	if schema == nil {
		t.Skip("authtest: the configuration has mistakes, which the other tests report")
	}
	h := &heard{calls: map[string][]string{}}
	models := map[string]authplugin.AnyModelHooks{}
	for _, m := range schema.Models() {
		if cfg.Hooks.Models[m.Name] == nil {
			models[m.Name] = h.listener()
		}
	}
	own := cfg.Hooks.Models
	maps.Copy(models, own)
	cfg.Hooks.Models = models
	_, auth := d.Use(t, cfg)
	maker := c.maker(auth)
	for _, m := range auth.Schema().Models() {
		if c.left[m.Name] || own[m.Name] != nil {
			continue
		}
		hooksOf(t, maker, m, h)
	}
}

func (h *heard) listener() authplugin.ModelHooks[authplugin.Record] {
	row := func(phase string) func(*authplugin.HookContext, *authplugin.Record) error {
		return func(context *authplugin.HookContext, _ *authplugin.Record) error {
			h.note(context, phase)
			return nil
		}
	}
	change := func(phase string) func(*authplugin.HookContext, *authplugin.Change[authplugin.Record]) error {
		return func(context *authplugin.HookContext, _ *authplugin.Change[authplugin.Record]) error {
			h.note(context, phase)
			return nil
		}
	}
	return authplugin.ModelHooks[authplugin.Record]{
		BeforeCreate: row("before"), AfterCreate: row("after"),
		BeforeUpdate: change("before"), AfterUpdate: change("after"),
		BeforeDelete: row("before"), AfterDelete: row("after"),
	}
}

func hooksOf(t *testing.T, maker *recordMaker, m authplugin.ModelInfo, h *heard) {
	t.Helper()
	ctx, records := t.Context(), maker.auth.Records(m.Name)
	values := maker.values(t, m)
	already := len(h.of(m.Name))
	record, err := records.Create(ctx, values)
	if err != nil {
		t.Fatalf("authtest: create a record of %s: %v", m.Name, err)
	}
	byID := []authplugin.Condition{authplugin.Eq("id", record["id"])}
	change := authplugin.Values{}
	for _, f := range m.Fields {
		if v, ok := values[f.Name]; ok && !f.Primary && len(change) == 0 {
			change[f.Name] = v
		}
	}
	if _, err := records.Update(ctx, byID, change); err != nil {
		t.Fatalf("authtest: update the record of %s: %v", m.Name, err)
	}
	if err := records.Delete(ctx, byID...); err != nil {
		t.Fatalf("authtest: delete the record of %s: %v", m.Name, err)
	}
	want := []string{"before create", "after create", "before update", "after update", "before delete", "after delete"}
	if len(change) == 0 {
		want = slices.Delete(want, 2, 4)
	}
	if diff := cmp.Diff(want, h.of(m.Name)[already:]); diff != "" {
		t.Errorf("authtest: the hooks of %s: %s", m.Name, diff)
	}
}
