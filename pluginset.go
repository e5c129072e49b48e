package authplugin

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// setPlugin is a plugin of the configuration.
type setPlugin struct {
	Plugin

	id     string
	schema PluginSchema
	// path is where it stands, origin what messages call it.
	path, origin string
}

// pluginPath is where a plugin stands in the configuration.
func pluginPath(i int) string { return fmt.Sprintf("Plugins[%d]", i) }

// pluginOrder are the places of the plugins, those that others require before
// these, and apart from that in the order of the configuration.
func pluginOrder(plugins []Plugin) []int {
	places := map[string]int{}
	for i, p := range plugins {
		if p == nil {
			continue
		}
		if _, taken := places[p.ID()]; !taken {
			places[p.ID()] = i
		}
	}
	var order []int
	visited := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		if visited[i] || plugins[i] == nil {
			return
		}
		visited[i] = true
		for _, id := range requiredBy(plugins[i]) {
			if place, ok := places[id]; ok {
				visit(place)
			}
		}
		order = append(order, i)
	}
	for i := range plugins {
		visit(i)
	}
	return order
}

func requiredBy(p Plugin) []string {
	if dependent, ok := p.(DependentPlugin); ok {
		return dependent.Requires()
	}
	return nil
}

// collectPlugins takes the plugins in the order of their ids, so that the order in
// which they are given does not matter to the schema.
func (b *schemaBuilder) collectPlugins() {
	places := map[string]int{}
	for i, p := range b.cfg.Plugins {
		path := pluginPath(i)
		if p == nil {
			b.errorf(path, "is nil")
			continue
		}
		id := p.ID()
		if id == "" {
			b.errorf(path, "has an empty ID")
			continue
		}
		if other, taken := places[id]; taken {
			b.errorf(path, "the plugin %q is there twice; first at %s", id, pluginPath(other))
			continue
		}
		places[id] = i
		b.plugins = append(b.plugins, setPlugin{Plugin: p, id: id, schema: p.Schema(), path: path, origin: "plugin " + quote(id)})
	}
	b.validatePlugins()
	b.checkRateLimits()
	b.checkRequired(places)
	slices.SortFunc(b.plugins, func(p, q setPlugin) int { return cmp.Compare(p.id, q.id) })
}

// validatePlugins has the plugins look at their options.
func (b *schemaBuilder) validatePlugins() {
	for _, p := range b.plugins {
		validator, ok := p.Plugin.(ValidatePlugin)
		if !ok {
			continue
		}
		for _, mistake := range validator.Validate() {
			if mistake == nil {
				continue
			}
			path := p.path
			if mistake.Path != "" {
				path += "." + mistake.Path
			}
			b.errs = append(b.errs, &ConfigError{Path: path, Plugin: p.id, Problem: mistake.Problem})
		}
	}
}

// checkRequired reports plugins that are missing and those that wait for each other.
func (b *schemaBuilder) checkRequired(places map[string]int) {
	requires := map[string][]string{}
	for _, p := range b.plugins {
		requires[p.id] = requiredBy(p.Plugin)
		for _, id := range requires[p.id] {
			if _, ok := places[id]; !ok {
				b.errorf(p.path, "%s requires the plugin %q: add it to Plugins%s", p.origin, id, suggest(id, slices.Sorted(maps.Keys(places))))
			}
		}
	}
	for _, p := range b.plugins {
		// Each circle is reported once, by the first of its plugins by name.
		circle := circleFrom(p.id, requires)
		if len(circle) > 0 && slices.Min(circle) == p.id {
			b.errorf(p.path, "the plugins require each other in a circle: %s", strings.Join(append(circle, p.id), " -> "))
		}
	}
}

// circleFrom is the shortest way from a plugin back to itself, nil if there is none.
func circleFrom(id string, requires map[string][]string) []string {
	ways, seen := [][]string{{id}}, map[string]bool{}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		for _, next := range requires[way[len(way)-1]] {
			if next == id {
				return way
			}
			if !seen[next] {
				seen[next] = true
				ways = append(ways, append(slices.Clone(way), next))
			}
		}
	}
	return nil
}
