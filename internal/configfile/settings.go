package configfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gorm-auth/authplugin"
)

// Settings are the keys and values of one mapping. Each key that means something is
// asked for, by one of the methods; [Read] reports those that nobody has asked for.
// A mistake is noted, and the zero value returned.
type Settings struct {
	d *document
	// place is where the mapping stands, goPath what it is in authplugin.Config.
	place  place
	goPath string
	pairs  []pair
	asked  []string
	// hints say what is to be done about words of other configurations.
	hints map[string]string
}

// pair is a key with its value.
type pair struct {
	key   string
	at    place // of the key
	value ast.Node
	used  bool
}

// settings reads a mapping; one that is absent or empty has no keys.
func (d *document) settings(node ast.Node, at place, goPath string) *Settings {
	s := &Settings{d: d, place: at, goPath: goPath}
	var values []*ast.MappingValueNode
	switch n := node.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		s.failf("must be a mapping of keys to values, not %s", describe(node))
	}
	for _, v := range values {
		s.addPair(v)
	}
	return s
}

func (s *Settings) addPair(v *ast.MappingValueNode) {
	key, ok := keyText(v.Key)
	at := placeOf(v.Key.GetToken(), join(s.place.path, key))
	if !ok {
		s.d.mistakef(placeOf(v.Key.GetToken(), s.place.path), "a key must be plain text; anchors, aliases, tags and merges are not supported")
		return
	}
	for _, other := range s.pairs {
		if other.key == key {
			s.d.mistakef(at, "is there twice; first on line %d", other.at.line)
			return
		}
	}
	s.pairs = append(s.pairs, pair{key: key, at: at, value: v.Value})
}

func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return key.GetToken().Value, true
	default:
		return "", false
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// failf notes a mistake of the mapping as a whole.
func (s *Settings) failf(format string, args ...any) {
	s.d.mistakef(s.place, format, args...)
	s.d.broken = append(s.d.broken, s.goPath)
}

// Failf notes a mistake of a key's value.
func (s *Settings) Failf(key, format string, args ...any) {
	at := s.place
	if p := s.find(key); p != nil {
		at = valuePlace(p)
	}
	s.d.mistakef(at, format, args...)
	s.d.broken = append(s.d.broken, s.goName(key))
}

func (s *Settings) find(key string) *pair {
	for i := range s.pairs {
		if s.pairs[i].key == key {
			return &s.pairs[i]
		}
	}
	return nil
}

// ask looks a key up and notes where it is; nil when it is absent or null.
func (s *Settings) ask(key string) *pair {
	if !slices.Contains(s.asked, key) {
		s.asked = append(s.asked, key)
	}
	p := s.find(key)
	if p == nil {
		return nil
	}
	p.used = true
	s.d.at[s.goName(key)] = valuePlace(p)
	if _, null := p.value.(*ast.NullNode); null || p.value == nil {
		return nil
	}
	return p
}

// valuePlace is where the value of a key stands; a mapping or a list is where its
// key is.
func valuePlace(p *pair) place {
	switch p.value.(type) {
	case nil, *ast.NullNode, *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return p.at
	}
	at := placeOf(p.value.GetToken(), p.at.path)
	if at.line == 0 {
		return p.at
	}
	return at
}

// goName is the path in Go of a key: table in User is User.Table.
func (s *Settings) goName(key string) string {
	names := map[string]string{
		"generateId": "GenerateID", "required": "Optional", "input": "ServerOnly", "returned": "Hidden",
		"values": "Type",
	}
	name := names[key]
	if name == "" && key != "" {
		name = strings.ToUpper(key[:1]) + key[1:]
	}
	return join(s.goPath, name)
}

// Has reports whether a key is there with a value.
func (s *Settings) Has(key string) bool { return s.ask(key) != nil }

// Map is the mapping under a key, without keys when it is absent.
func (s *Settings) Map(key string) *Settings {
	p := s.ask(key)
	if p == nil {
		return s.d.settings(nil, s.place, s.goName(key))
	}
	return s.d.settings(p.value, p.at, s.goName(key))
}

// Section has the mapping under a key read, and reports those of its keys that were
// not asked for.
func (s *Settings) Section(key string, read func(*Settings)) {
	m := s.Map(key)
	read(m)
	m.done()
}

// Models reads what the application says of models, by their names: the option schema
// of a plugin.
func (s *Settings) Models(key string) (models map[string]authplugin.ModelConfig) {
	s.Section(key, func(m *Settings) { models = readModels(m) })
	return models
}

// named are the pairs of a mapping whose keys are names that the user chooses, each
// with its path in Go: Columns["name"].
func (s *Settings) named() []*pair {
	list := make([]*pair, len(s.pairs))
	for i := range s.pairs {
		p := &s.pairs[i]
		p.used = true
		s.d.at[s.element(p.key)] = p.at
		list[i] = p
	}
	return list
}

// element is the path in Go of an element of a map.
func (s *Settings) element(key string) string { return fmt.Sprintf(`%s["%s"]`, s.goPath, key) }

// done reports the keys that nobody has asked for.
func (s *Settings) done() {
	for _, p := range s.pairs {
		if p.used {
			continue
		}
		problem := "is not a known key"
		if hint, ok := s.hints[p.key]; ok {
			problem += "; " + hint
		} else if near := suggest(p.key, s.asked); near != "" {
			problem += near
		} else if len(s.asked) > 0 {
			problem += "; known are " + strings.Join(s.asked, ", ")
		}
		s.d.mistakef(p.at, "%s", problem)
	}
}
