package access

import (
	"maps"
	"slices"
	"strings"
)

// Statements are actions by resource: {"project": {"create", "delete"}}.
type Statements map[string][]string

// Without returns those statements that others do not contain, nil if there are none.
func (s Statements) Without(others Statements) Statements {
	var left Statements
	for resource, actions := range s {
		for _, action := range actions {
			if slices.Contains(others[resource], action) {
				continue
			}
			if left == nil {
				left = Statements{}
			}
			left[resource] = append(left[resource], action)
		}
	}
	return left
}

// Role is what a role permits. It is immutable and safe for concurrent use.
type Role struct {
	permits map[permission]struct{}
}

type permission struct{ resource, action string }

// NewRole returns a role that permits statements, and nothing else.
func NewRole(statements Statements) Role {
	r := Role{permits: map[permission]struct{}{}}
	for resource, actions := range statements {
		for _, action := range actions {
			r.permits[permission{resource, action}] = struct{}{}
		}
	}
	return r
}

// Permits reports whether the role permits an action on a resource.
func (r Role) Permits(resource, action string) bool {
	_, ok := r.permits[permission{resource, action}]
	return ok
}

// Statements are what the role permits, actions in alphabetical order.
func (r Role) Statements() Statements {
	statements := Statements{}
	for p := range r.permits {
		statements[p.resource] = append(statements[p.resource], p.action)
	}
	for _, actions := range statements {
		slices.Sort(actions)
	}
	return statements
}

// Roles are roles by name.
type Roles map[string]Role

// Names are the names of the roles, in alphabetical order.
func (r Roles) Names() []string { return slices.Sorted(maps.Keys(r)) }

// Permit reports whether one of some roles, separated by commas, permits an action on
// a resource.
func (r Roles) Permit(roles, resource, action string) bool {
	for rest := roles; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, ",")
		if r[strings.TrimSpace(name)].Permits(resource, action) {
			return true
		}
	}
	return false
}

// PermitAll reports whether some roles, separated by commas, together permit all
// statements. No statements are permitted to nobody.
func (r Roles) PermitAll(roles string, statements Statements) bool {
	for resource, actions := range statements {
		for _, action := range actions {
			if !r.Permit(roles, resource, action) {
				return false
			}
		}
	}
	return len(statements) > 0
}

// Split are the names of roles that are kept in one text.
func Split(roles string) []string {
	var names []string
	for name := range strings.SplitSeq(roles, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Join keeps the names of roles in one text, as Better Auth does.
func Join(roles []string) string { return strings.Join(roles, ",") }
