package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.TransitionStorage = (*Store)(nil)

// appliedAtOnce is how many transitions one pipeline carries out.
const appliedAtOnce = 1000

// Apply implements [authplugin.TransitionStorage]. A thousand transitions are one round
// trip. On a Cluster those whose keys have the same hash tag, such as one in the
// [Prefix], happen at one moment, and take one round trip to each node; of all others
// the first changes are made together, then the second ones, and so on. A condition on
// a key that holds no string does not hold, and a list that is none is replaced.
func (s *Store) Apply(ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	held := make([]bool, 0, len(transitions))
	for chunk := range slices.Chunk(transitions, appliedAtOnce) {
		some, err := s.applyChunk(ctx, chunk)
		if err != nil {
			return nil, failed(ctx, "apply", err)
		}
		held = append(held, some...)
	}
	return held, nil
}

// applyChunk goes through the parts of transitions, side by side. One whose condition
// does not hold has no further part.
func (s *Store) applyChunk(ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
	held := make([]bool, len(transitions))
	for i := range held {
		held[i] = true
	}
	for step := 0; ; step++ {
		var (
			parts []authplugin.Transition
			of    []int
		)
		for i, t := range transitions {
			if part := s.part(t, step); held[i] && len(part) > 0 {
				parts, of = append(parts, part), append(of, i)
			}
		}
		if len(parts) == 0 {
			return held, nil
		}
		answers, err := s.send(ctx, parts)
		if err != nil {
			return nil, err
		}
		for i, answer := range answers {
			held[of[i]] = answer
		}
	}
}

// part is what happens of a transition in a step: all of it if one node holds its
// keys, else one change after the other.
func (s *Store) part(t authplugin.Transition, step int) authplugin.Transition {
	switch {
	case s.onOneNode(t):
		return t[:len(t)*max(0, 1-step)]
	case step < len(t):
		return t[step : step+1]
	}
	return nil
}

// onOneNode reports whether all keys are of one slot for sure.
func (s *Store) onOneNode(t authplugin.Transition) bool {
	if len(t) < 2 || s.single() {
		return true
	}
	first := hashed(s.prefix + t[0].Key)
	return !slices.ContainsFunc(t[1:], func(change authplugin.StorageChange) bool { return hashed(s.prefix+change.Key) != first })
}

// hashed is the part of a key by which a Cluster chooses its slot: what stands between
// the first brace and the next closing one, or all of it.
func hashed(key string) string {
	_, rest, found := strings.Cut(key, "{")
	tag, _, closed := strings.Cut(rest, "}")
	if !found || !closed || tag == "" {
		return key
	}
	return tag
}

// send sends transitions, each of which one node holds, in one round trip. Those of a
// server that does not know the script have not happened, and are sent again with its
// text.
func (s *Store) send(ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
	commands := make([]*redis.Cmd, len(transitions))
	for i, t := range transitions {
		commands[i] = redis.NewCmd(ctx, s.words(t, "evalsha", s.scripts.transition.hash)...)
	}
	s.sendOnce(ctx, commands)
	var again []*redis.Cmd
	for i, command := range commands {
		if err := command.Err(); err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT") {
			commands[i] = redis.NewCmd(ctx, s.words(transitions[i], "eval", s.scripts.transition.text)...)
			again = append(again, commands[i])
		}
	}
	s.sendOnce(ctx, again)
	held := make([]bool, len(commands))
	for i, command := range commands {
		var err error
		if held[i], err = answer(command); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// sendOnce sends commands, which have their errors afterwards. None is sent again by
// the client: in between others may have made changes that it would undo.
func (s *Store) sendOnce(ctx context.Context, commands []*redis.Cmd) {
	switch len(commands) {
	case 0:
	case 1:
		_ = s.client.Process(ctx, onceCommand{commands[0]})
	default:
		_, _ = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, command := range commands {
				_ = p.Process(ctx, onceCommand{command})
			}
			return nil
		})
	}
}

// answer reports whether the conditions held. Only what the server has said counts: a
// command that was not sent has no result and, by a hook, perhaps no error.
func answer(command *redis.Cmd) (bool, error) {
	result, err := command.Result()
	if err != nil {
		return false, err
	}
	number, isNumber := result.(int64)
	switch name := command.Name(); {
	case name == "set" && result == "OK", name == "del" && isNumber:
		return true, nil
	case strings.HasPrefix(name, "eval") && isNumber:
		return number == 1, nil
	}
	return false, errors.New("the server answers with something else")
}

// words are the command that carries out a transition: a plain one where that will do.
func (s *Store) words(t authplugin.Transition, command, script string) []any {
	if len(t) == 1 && !t[0].Compare && t[0].List == nil {
		key, ttl := s.prefix+t[0].Key, milliseconds(t[0].TTL)
		if ttl <= 0 {
			return []any{"del", key}
		}
		return []any{"set", key, notNil(t[0].Value), "px", ttl.Milliseconds()}
	}
	words := make([]any, 0, 3+(1+changeArgs)*len(t))
	words = append(words, command, script, len(t))
	for _, change := range t {
		words = append(words, s.prefix+change.Key)
	}
	for _, change := range t {
		words = append(words, argsOf(change)...)
	}
	return words
}

// changeArgs is how many arguments the script takes for each key.
const changeArgs = 4

// argsOf are what the script is told of a change: the condition, the old value, the new
// value or the members to enter and to leave, the ttl or the time of a list.
func argsOf(change authplugin.StorageChange) []any {
	if change.List != nil {
		edit, _ := json.Marshal(editOf(*change.List)) //nolint:errchkjson // texts and numbers can always be written
		return []any{"list", "", edit, change.List.Now.UnixMilli()}
	}
	condition := ""
	switch {
	case change.Compare && change.Old == nil:
		condition = "absent"
	case change.Compare:
		condition = "equal"
	}
	return []any{condition, notNil(change.Old), notNil(change.Value), milliseconds(change.TTL).Milliseconds()}
}

type edit struct {
	Enter []member `json:"enter"`
	Leave []string `json:"leave"`
}

type member struct {
	Token     string `json:"token"`
	ExpiresAt int64  `json:"expiresAt"`
}

func editOf(list authplugin.ListEdit) edit {
	e := edit{Enter: make([]member, len(list.Enter)), Leave: list.Leave}
	for i, m := range list.Enter {
		e.Enter[i] = member{m.Token, m.ExpiresAt.UnixMilli()}
	}
	return e
}
