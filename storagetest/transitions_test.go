package storagetest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// brokenTransitions is a storage that reads or applies in another way.
type brokenTransitions struct {
	*model

	many  func(m *model, ctx context.Context, keys []string) ([][]byte, error)
	apply func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error)
}

func (b brokenTransitions) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	if b.many == nil {
		return b.model.GetMany(ctx, keys)
	}
	return b.many(b.model, ctx, keys)
}

func (b brokenTransitions) Apply(ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
	if b.apply == nil {
		return b.model.Apply(ctx, transitions)
	}
	return b.apply(b.model, ctx, transitions)
}

// changed is a storage that makes other changes than those it is given.
func changed(change func(*authplugin.StorageChange)) brokenTransitions {
	return brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
		others := make([]authplugin.Transition, len(transitions))
		for i, t := range transitions {
			for _, c := range t {
				change(&c)
				others[i] = append(others[i], c)
			}
		}
		return m.Apply(ctx, others)
	}}
}

// edited is a storage that makes other edits of lists.
func edited(change func(*authplugin.ListEdit)) brokenTransitions {
	return changed(func(c *authplugin.StorageChange) {
		if c.List != nil {
			list := *c.List
			change(&list)
			c.List = &list
		}
	})
}

// written is a storage that writes lists in another way.
func written(change func(old, edited []byte) []byte) brokenTransitions {
	return brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
		if len(transitions) != 1 || len(transitions[0]) != 1 || transitions[0][0].List == nil {
			return m.Apply(ctx, transitions)
		}
		c := transitions[0][0]
		old, _ := m.Get(ctx, c.Key)
		value, ttl := c.List.Edit(old)
		return []bool{true}, m.Set(ctx, c.Key, change(old, value), ttl)
	}}
}

// stepwise applies one change after the other, with pauses.
func stepwise(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) { //nolint:revive // as the field has it
	done := make([]bool, len(transitions))
	for i, t := range transitions {
		done[i] = true
		for _, change := range t {
			held, err := m.Apply(ctx, []authplugin.Transition{{change}})
			if err != nil {
				return nil, err
			}
			if done[i] = held[0]; !done[i] {
				break
			}
			between()
		}
	}
	return done, ctx.Err()
}

// TestBrokenTransitions: each of these storages has one fault, which the named checks
// find.
func TestBrokenTransitions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		storage brokenTransitions
		found   []string
	}{
		"absent keys are left out": {brokenTransitions{many: func(m *model, ctx context.Context, keys []string) ([][]byte, error) {
			values, err := m.GetMany(ctx, keys)
			var there [][]byte
			for _, value := range values {
				if value != nil {
					there = append(there, value)
				}
			}
			return there, err
		}}, []string{"get many", "thousands"}},
		"absent is empty": {brokenTransitions{many: func(m *model, ctx context.Context, keys []string) ([][]byte, error) {
			values, err := m.GetMany(ctx, keys)
			for i := range values {
				values[i] = append([]byte{}, values[i]...)
			}
			return values, err
		}}, []string{"get many"}},
		"empty is absent": {brokenTransitions{many: func(m *model, ctx context.Context, keys []string) ([][]byte, error) {
			values, err := m.GetMany(ctx, keys)
			for i := range values {
				if len(values[i]) == 0 {
					values[i] = nil
				}
			}
			return values, err
		}}, []string{"get many", "conditions"}},
		"1,000 keys are read at most": {brokenTransitions{many: func(m *model, ctx context.Context, keys []string) ([][]byte, error) {
			values, err := m.GetMany(ctx, keys[:min(1000, len(keys))])
			return append(values, make([][]byte, len(keys)-len(values))...), err
		}}, []string{"thousands"}},
		"another order": {brokenTransitions{many: func(m *model, ctx context.Context, keys []string) ([][]byte, error) {
			values, err := m.GetMany(ctx, keys)
			if len(values) > 1 {
				values[0], values[1] = values[1], values[0]
			}
			return values, err
		}}, []string{"get many", "thousands"}},
		"reading ignores contexts": {brokenTransitions{many: func(m *model, _ context.Context, keys []string) ([][]byte, error) {
			return m.GetMany(context.Background(), keys)
		}}, []string{"ended context"}},
		"applying ignores contexts": {brokenTransitions{apply: func(m *model, _ context.Context, transitions []authplugin.Transition) ([]bool, error) {
			return m.Apply(context.Background(), transitions)
		}}, []string{"ended context"}},
		"change by change": {brokenTransitions{apply: stepwise}, []string{"conditions", "one moment"}},
		"conditions ignored": {
			changed(func(c *authplugin.StorageChange) { c.Compare = false }),
			[]string{"conditions", "order", "thousands"},
		},
		"nil is empty in conditions": {changed(func(c *authplugin.StorageChange) {
			if c.Compare && c.Old == nil {
				c.Old = []byte{}
			}
		}), []string{"conditions", "order"}},
		"all or none of the transitions": {brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
			var all authplugin.Transition
			for _, t := range transitions {
				all = append(all, t...)
			}
			held, err := m.Apply(ctx, []authplugin.Transition{all})
			if err != nil {
				return nil, err
			}
			return repeated(held[0], len(transitions)), nil
		}}, []string{"conditions", "order"}},
		"always carried out": {brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
			_, err := m.Apply(ctx, transitions)
			return repeated(true, len(transitions)), err
		}}, []string{"conditions", "order", "thousands"}},
		"only the first change": {brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
			firsts := make([]authplugin.Transition, len(transitions))
			for i, t := range transitions {
				firsts[i] = t[:min(1, len(t))]
			}
			return m.Apply(ctx, firsts)
		}}, []string{"changes", "conditions", "order"}},
		"ttl of zero is no limit": {changed(func(c *authplugin.StorageChange) {
			if c.TTL <= 0 {
				c.TTL = time.Hour
			}
		}), []string{"changes", "conditions"}},
		"ttl in seconds":       {changed(func(c *authplugin.StorageChange) { c.TTL = c.TTL.Truncate(time.Second) }), []string{"ttl"}},
		"members do not leave": {edited(func(e *authplugin.ListEdit) { e.Leave = nil }), []string{"list in order", "list loses no member"}},
		"only the first leaves": {
			edited(func(e *authplugin.ListEdit) { e.Leave = e.Leave[:min(1, len(e.Leave))] }),
			[]string{"list in order", "list of any tokens"},
		},
		"members do not expire": {edited(func(e *authplugin.ListEdit) { e.Now = time.Unix(0, 0) }), []string{"list expires"}},
		"a list lives for ever": {brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
			done, err := m.Apply(ctx, transitions)
			for _, t := range transitions {
				for _, c := range t {
					if value, missing := m.Get(ctx, c.Key); c.List != nil && missing == nil {
						_ = m.Set(ctx, c.Key, value, time.Hour)
					}
				}
			}
			return done, err
		}}, []string{"list expires"}},
		"the list is written empty": {written(func(_, edited []byte) []byte { return edited[max(0, len(edited)):] }), []string{"list in order"}},
		"times of 14 digits":        {written(func(_, edited []byte) []byte { return bytes.ReplaceAll(edited, []byte("}"), []byte("0}")) }), []string{"list in order", "list expires"}},
		"a list in two steps": {brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
			if len(transitions) != 1 || len(transitions[0]) != 1 || transitions[0][0].List == nil {
				return m.Apply(ctx, transitions)
			}
			c := transitions[0][0]
			old, _ := m.Get(ctx, c.Key)
			between()
			value, ttl := c.List.Edit(old)
			return []bool{true}, m.Set(ctx, c.Key, value, ttl)
		}}, []string{"list loses no member"}},
		"a foreign list fails": {written(func(old, edited []byte) []byte {
			if len(old) > 0 && !bytes.HasPrefix(old, []byte(`[{"token"`)) {
				return old
			}
			return edited
		}), []string{"list that is none"}},
		"an empty list stays": {brokenTransitions{apply: func(m *model, ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
			done, err := m.Apply(ctx, transitions)
			for _, t := range transitions {
				for _, c := range t {
					if _, missing := m.Get(ctx, c.Key); c.List != nil && missing != nil {
						_ = m.Set(ctx, c.Key, []byte("[]"), time.Hour)
					}
				}
			}
			return done, err
		}}, []string{"list in order", "list that is none"}},
		"tokens as in HTML": {written(func(_, edited []byte) []byte { return bytes.ReplaceAll(edited, []byte("<"), []byte("&lt;")) }), []string{"list of any tokens"}},
	} {
		for _, check := range c.found {
			t.Run(name+"/"+strings.ReplaceAll(check, "/", " "), func(t *testing.T) {
				t.Parallel()
				s := c.storage
				s.model = newModel()
				found := failures(t, "transitions/"+check, s)
				if len(found) == 0 {
					t.Fatalf("the check %q does not find the fault %q", check, name)
				}
				t.Log(found[0])
			})
		}
	}
}

// repeated is an answer for each transition.
func repeated(answer bool, n int) []bool {
	all := make([]bool, n)
	for i := range all {
		all[i] = answer
	}
	return all
}
