package configfile

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// String is the text under a key, "" when it is absent.
func (s *Settings) String(key string) string {
	p := s.ask(key)
	if p == nil {
		return ""
	}
	text, ok := textOf(p.value)
	switch {
	case !ok:
		s.Failf(key, "must be text, not %s", describe(p.value))
	case text == "":
		s.Failf(key, "is empty; leave the key out for the default")
	}
	return text
}

// Bool is the truth value under a key; fallback when it is absent.
func (s *Settings) Bool(key string, fallback bool) bool {
	p := s.ask(key)
	if p == nil {
		return fallback
	}
	b, ok := p.value.(*ast.BoolNode)
	if !ok {
		s.Failf(key, "must be true or false, not %s", describe(p.value))
		return fallback
	}
	return b.Value
}

// Int is the whole number under a key, 0 when it is absent.
func (s *Settings) Int(key string) int {
	p := s.ask(key)
	if p == nil {
		return 0
	}
	n, ok := intOf(p.value)
	if !ok || n > math.MaxInt32 || n < math.MinInt32 {
		s.Failf(key, "must be a whole number, not %s", describe(p.value))
		return 0
	}
	return int(n)
}

// Word is one of the given words under a key, "" when it is absent. Case, and
// whether words are joined by spaces, hyphens or underscores, do not matter.
func (s *Settings) Word(key string, words ...string) string {
	p := s.ask(key)
	if p == nil {
		return ""
	}
	text, ok := textOf(p.value)
	if !ok {
		s.Failf(key, "must be one of %s, not %s", strings.Join(words, ", "), describe(p.value))
		return ""
	}
	return s.known(key, text, words)
}

func (s *Settings) known(key, text string, words []string) string {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "")
	for _, word := range words {
		if strings.EqualFold(plain.Replace(word), plain.Replace(text)) {
			return word
		}
	}
	s.Failf(key, "%s is not one of %s%s", strconv.Quote(text), strings.Join(words, ", "), suggest(text, words))
	return ""
}

// Strings is the list of texts under a key, nil when it is absent.
func (s *Settings) Strings(key string) []string {
	p := s.ask(key)
	if p == nil {
		return nil
	}
	list, ok := p.value.(*ast.SequenceNode)
	if !ok {
		s.Failf(key, "must be a list of texts, not %s", describe(p.value))
		return nil
	}
	var texts []string
	for _, item := range list.Values {
		text, ok := textOf(item)
		if !ok {
			s.d.mistakef(placeOf(item.GetToken(), p.at.path), "must be text, not %s; put it into quotes", describe(item))
			s.d.broken = append(s.d.broken, s.goName(key))
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// durationParts is a duration such as 1d12h.
var durationParts = regexp.MustCompile(`^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(.*)$`)

// Duration is the duration under a key, 0 when it is absent: 7d, 12h, 90m, or a
// number of seconds.
func (s *Settings) Duration(key string) time.Duration {
	p := s.ask(key)
	if p == nil {
		return 0
	}
	if n, ok := intOf(p.value); ok {
		if n < -math.MaxInt32 || n > 1<<33 {
			s.Failf(key, "is out of range")
			return 0
		}
		return time.Duration(n) * time.Second
	}
	text, ok := textOf(p.value)
	if !ok {
		s.Failf(key, "must be a duration such as 7d or 12h, or a number of seconds, not %s", describe(p.value))
		return 0
	}
	parts := durationParts.FindStringSubmatch(text)
	weeks, _ := strconv.Atoi(parts[1])
	days, _ := strconv.Atoi(parts[2])
	total := time.Duration(7*weeks+days) * 24 * time.Hour
	var err error
	if rest := parts[3]; rest != "" || text == "" {
		var d time.Duration
		d, err = time.ParseDuration(rest)
		total += d
	}
	if err != nil || days > 36500 || weeks > 5200 {
		s.Failf(key, "must be a duration such as 7d or 12h, or a number of seconds, not %s", strconv.Quote(text))
		return 0
	}
	return total
}

func textOf(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	default:
		return "", false
	}
}

func intOf(node ast.Node) (int64, bool) {
	n, ok := node.(*ast.IntegerNode)
	if !ok {
		return 0, false
	}
	switch v := n.Value.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64 //nolint:gosec // what overflows is not ok
	default:
		return 0, false
	}
}

// value is any value, as encoding/json would have it; false for what is no data.
func (d *document) value(node ast.Node, path string) (any, bool) {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil, true
	case *ast.BoolNode:
		return n.Value, true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.IntegerNode:
		return n.Value, true
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for _, item := range n.Values {
			v, ok := d.value(item, path)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		return list, true
	case *ast.MappingNode, *ast.MappingValueNode:
		s := d.settings(n, placeOf(n.GetToken(), path), "")
		object := map[string]any{}
		for _, p := range s.named() {
			v, ok := d.value(p.value, p.at.path)
			if !ok {
				return nil, false
			}
			object[p.key] = v
		}
		return object, true
	default:
		text, ok := textOf(node)
		if !ok {
			d.mistakef(placeOf(node.GetToken(), path), "must be plain data, not %s", describe(node))
		}
		return text, ok
	}
}

// describe names the kind of a value.
func describe(node ast.Node) string {
	switch node.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.InfinityNode, *ast.NanNode:
		return "a number that is not finite"
	case *ast.IntegerNode, *ast.FloatNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.AnchorNode, *ast.AliasNode:
		return "an anchor or alias, which are not supported"
	case *ast.TagNode:
		return "a tagged value; leave the tag out"
	default:
		return "this"
	}
}
