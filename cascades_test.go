package authplugin

import "testing"

func TestCascadeGraphRefusesSecondPaths(t *testing.T) {
	t.Parallel()
	user, session, passkey, use := &model{name: "user"}, &model{name: "session"}, &model{name: "passkey"}, &model{name: "use"}
	g := cascadeGraph{}
	for _, step := range []struct {
		child, parent *model
		want          bool
	}{
		{session, user, true},
		{passkey, user, true},
		{session, passkey, false}, // user reaches session already
		{user, user, false},
		{use, session, true},
		{use, passkey, false}, // user would reach use on two paths
		{user, session, false},
		{passkey, use, false}, // a circle by way of user
	} {
		if got := g.add(step.child, step.parent); got != step.want {
			t.Errorf("%s to %s: %v, want %v", step.child.name, step.parent.name, got, step.want)
		}
	}
}
