package authplugin

import "reflect"

// hookPhase is when a hook runs.
type hookPhase int

const (
	beforeWrite hookPhase = iota
	afterWrite
	afterCommitted
	hookPhases
)

// hookCall is what a hook is called with. The rows are pointers to its own type.
type hookCall struct {
	// row is the row; in an update, the row as it was.
	row any
	// after is the row after an update, else nil.
	after any
	// values are what an update sets. A hook may put another map here.
	values Values
}

// hookFunction is a hook without its type parameter.
type hookFunction func(h *HookContext, call *hookCall) error

// hookFunctions is a [ModelHooks] without its type parameter.
type hookFunctions struct {
	row  reflect.Type
	byOp map[Operation][hookPhases]hookFunction
}

func (m ModelHooks[T]) functions() hookFunctions {
	return hookFunctions{row: reflect.TypeFor[T](), byOp: map[Operation][hookPhases]hookFunction{
		OperationCreate: {rowHook(m.BeforeCreate), rowHook(m.AfterCreate), quietRowHook(m.AfterCommitCreate)},
		OperationUpdate: {changeHook(m.BeforeUpdate), changeHook(m.AfterUpdate), quietChangeHook(m.AfterCommitUpdate)},
		OperationDelete: {rowHook(m.BeforeDelete), rowHook(m.AfterDelete), quietRowHook(m.AfterCommitDelete)},
	}}
}

// empty reports whether there is no hook at all.
func (f hookFunctions) empty() bool {
	for _, phases := range f.byOp {
		for _, function := range phases {
			if function != nil {
				return false
			}
		}
	}
	return true
}

func rowHook[T any](f func(*HookContext, *T) error) hookFunction {
	if f == nil {
		return nil
	}
	return func(h *HookContext, call *hookCall) error {
		row, _ := call.row.(*T)
		return f(h, row)
	}
}

func quietRowHook[T any](f func(*HookContext, *T)) hookFunction {
	if f == nil {
		return nil
	}
	return rowHook(func(h *HookContext, row *T) error {
		f(h, row)
		return nil
	})
}

func changeHook[T any](f func(*HookContext, *Change[T]) error) hookFunction {
	if f == nil {
		return nil
	}
	return func(h *HookContext, call *hookCall) error {
		before, _ := call.row.(*T)
		after, _ := call.after.(*T)
		change := Change[T]{Before: before, Values: call.values, After: after}
		err := f(h, &change)
		call.values = change.Values
		return err
	}
}

func quietChangeHook[T any](f func(*HookContext, *Change[T])) hookFunction {
	if f == nil {
		return nil
	}
	return changeHook(func(h *HookContext, change *Change[T]) error {
		f(h, change)
		return nil
	})
}
