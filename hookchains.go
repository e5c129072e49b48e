package authplugin

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// registeredHooks are the hooks of all models, in the order in which they run.
type registeredHooks map[*model][]hookFunctions

// hookRegistrar collects hooks and what is wrong with them.
type hookRegistrar struct {
	schema *Schema
	hooks  registeredHooks
	errs   []error
}

// registerHooks collects the application's hooks and those of its plugins.
func registerHooks(cfg Config, s *Schema) (registeredHooks, []error) {
	r := &hookRegistrar{schema: s, hooks: registeredHooks{}}
	r.add("Hooks", cfg.Hooks)
	for _, i := range pluginOrder(cfg.Plugins) {
		if hooked, ok := cfg.Plugins[i].(HookPlugin); ok {
			r.add(pluginPath(i)+".Hooks()", hooked.Hooks())
		}
		if p, ok := cfg.Plugins[i].(SessionPlugin); ok {
			r.add(pluginPath(i)+".AdmitSession()", admitHooks(p))
		}
	}
	return r.hooks, r.errs
}

func (r *hookRegistrar) add(path string, h Hooks) {
	for _, core := range []struct {
		model, field string
		hooks        AnyModelHooks
	}{
		{ModelUser, "User", h.User},
		{ModelSession, "Session", h.Session},
		{ModelAccount, "Account", h.Account},
		{ModelVerification, "Verification", h.Verification},
	} {
		r.addModel(path+"."+core.field, core.model, core.hooks)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Models)) {
		r.addModel(path+".Models["+quote(name)+"]", name, h.Models[name])
	}
}

func (r *hookRegistrar) addModel(path, name string, hooks AnyModelHooks) {
	if rv := reflect.ValueOf(hooks); !rv.IsValid() || (rv.Kind() == reflect.Pointer && rv.IsNil()) {
		r.errorf(path, "is nil; leave the model out, or give it ModelHooks")
		return
	}
	f := hooks.functions()
	m := r.schema.byName[name]
	switch {
	case m == nil && (f.empty() && strings.HasSuffix(path, "."+goName(name))):
		return // no hooks for a core model that is not part of the schema
	case m == nil:
		r.errorf(path, "there is no such model%s", suggest(name, slices.Collect(maps.Keys(r.schema.byName))))
	case !slices.Contains(m.hookTypes(), f.row):
		r.errorf(path, "is of ModelHooks[%s], but the rows of the model %s are of %s", f.row, name, joinTypes(m.hookTypes()))
	case !f.empty():
		r.hooks[m] = append(r.hooks[m], f)
	}
}

func (r *hookRegistrar) errorf(path, format string, args ...any) {
	r.errs = append(r.errs, &ConfigError{Path: path, Problem: fmt.Sprintf(format, args...)})
}

// hookTypes are the types that hooks of the model can have.
func (m *model) hookTypes() []reflect.Type {
	var types []reflect.Type
	for _, t := range []reflect.Type{m.declared, m.own} {
		if t != nil {
			types = append(types, t)
		}
	}
	return append(types, reflect.TypeFor[Record]())
}

func joinTypes(types []reflect.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	return strings.Join(names, " or ")
}

// hook is a hook of a model, with the way in which it sees the rows of one Go type.
type hook struct {
	call hookFunction
	view hookView
}

// hookChain is what runs for one operation on the rows of one Go type.
type hookChain struct {
	operation Operation
	phases    [hookPhases][]hook
	// copied says that the operation makes copies in the secondary storage wrong. bare
	// is then what runs where hooks do not: it discards the copies all the same.
	copied bool
	bare   *hookChain
	// asks says that plugins are asked before the rows are deleted.
	asks bool
}

// boundHooks are the hooks of a binding, nil chains where there are none.
type boundHooks struct {
	create, update, delete *hookChain
}

func (h *boundHooks) of(op Operation) *hookChain {
	switch {
	case h == nil:
		return nil
	case op == OperationCreate:
		return h.create
	case op == OperationUpdate:
		return h.update
	default:
		return h.delete
	}
}

// runs reports whether hooks run for an operation.
func (h *boundHooks) runs(op Operation) bool {
	chain := h.of(op)
	return chain != nil && (chain.asks || slices.ContainsFunc(chain.phases[:], func(hooks []hook) bool { return len(hooks) > 0 }))
}

// bindHooks gives every binding the hooks of its model.
func (c *core) bindHooks() {
	for _, b := range c.bindings {
		list := c.hooks[b.model]
		hooks := &boundHooks{
			create: b.hookChain(OperationCreate, list),
			update: b.hookChain(OperationUpdate, list),
			delete: b.hookChain(OperationDelete, list),
		}
		if *hooks != (boundHooks{}) {
			b.hooks = hooks
		}
	}
}

func (b *binding) hookChain(op Operation, list []hookFunctions) *hookChain {
	chain := &hookChain{operation: op}
	found := b.core.asksOn(b.model, op)
	chain.asks = found
	for _, functions := range list {
		view := b.hookView(functions.row)
		for phase, call := range functions.byOp[op] {
			if call != nil {
				chain.phases[phase] = append(chain.phases[phase], hook{call: call, view: view})
				found = true
			}
		}
	}
	if b.core.copiesOn(b.model, op) {
		chain.copied, chain.bare = true, &hookChain{operation: op, copied: true}
		return chain
	}
	if !found {
		return nil
	}
	return chain
}
