package authplugin

import (
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
	"gorm.io/gorm/utils"
)

// source is a table that the conditions of a statement can name.
type source struct {
	alias   string
	binding *binding // nil for a table of the application
	ids     map[string]conditionColumn
}

func (s source) column(name string) (conditionColumn, bool) {
	if s.binding != nil {
		return s.binding.conditionColumn(name)
	}
	col, ok := s.ids[name]
	return col, ok
}

func (c *core) sourceOf(alias string, s *schema.Schema) source {
	if b := c.bindings[s]; b != nil {
		return source{alias: alias, binding: b}
	}
	return source{alias: alias, ids: c.foreignIDs(s)}
}

// survey finds out which tables take part in the statement.
func (r *rewriter) survey() {
	stmt := r.stmt
	r.table = stmt.Table
	if stmt.Schema != nil {
		r.own = r.core.sourceOf(stmt.Table, stmt.Schema)
	}
	if r.own.binding == nil {
		r.own.binding = r.words.table(stmt.Table)
	}
	r.involved = r.own.binding != nil
	if stmt.TableExpr != nil && r.own.binding == nil {
		r.surveyText(stmt.TableExpr.SQL)
		for _, s := range r.joined {
			if s.alias == stmt.Table {
				r.own.binding = s.binding
			}
		}
	}
	for i := range stmt.Joins {
		j := &stmt.Joins[i]
		if path := r.relations(j.Name); path != nil {
			r.surveyRelations(path, j.Alias)
		} else {
			r.surveyText(j.Name)
		}
	}
	if from, ok := stmt.Clauses["FROM"].Expression.(clause.From); ok {
		r.surveyFrom(from)
	}
}

// relations is the path of relations that a join names, as GORM reads it; nil
// when the join is SQL text.
func (r *rewriter) relations(name string) []*schema.Relationship {
	if r.stmt.Schema == nil {
		return nil
	}
	relations := &r.stmt.Schema.Relationships
	var path []*schema.Relationship
	for part := range strings.SplitSeq(name, ".") {
		rel := relations.Relations[part]
		if rel == nil {
			return nil
		}
		path = append(path, rel)
		relations = &rel.FieldSchema.Relationships
	}
	return path
}

// surveyRelations notes joined relations under the aliases that GORM gives them.
func (r *rewriter) surveyRelations(path []*schema.Relationship, last string) {
	for i := range path {
		alias := relationAlias(path[:i+1])
		if i == len(path)-1 && last != "" {
			alias = last
		}
		r.join(r.core.sourceOf(alias, path[i].FieldSchema))
	}
}

func relationAlias(path []*schema.Relationship) string {
	alias := path[0].Name
	for _, rel := range path[1:] {
		alias = utils.NestedRelationName(alias, rel.Name)
	}
	return alias
}

// surveyText notes the tables that SQL text names, and their aliases.
func (r *rewriter) surveyText(text string) {
	for i := range r.words.tables {
		t := &r.words.tables[i]
		for at := findWord(text, t.name, 0); at >= 0; at = findWord(text, t.name, at+1) {
			r.involved = true
			if alias := aliasAfter(text, at+len(t.name)); alias != "" {
				r.join(source{alias: alias, binding: t.binding})
			}
		}
	}
}

func (r *rewriter) surveyFrom(from clause.From) {
	for _, t := range from.Tables {
		r.surveyTable(t)
	}
	for _, j := range from.Joins {
		r.surveyTable(j.Table)
	}
}

func (r *rewriter) surveyTable(t clause.Table) {
	_, name := splitTable(t.Name)
	if b := r.words.table(name); b != nil {
		r.involved = true
		if t.Alias != "" {
			r.join(source{alias: t.Alias, binding: b})
		}
	}
}

func (r *rewriter) join(s source) {
	r.joined = append(r.joined, s)
	r.involved = r.involved || s.binding != nil
}

// sourceNamed finds a table by what a column is qualified with.
func (r *rewriter) sourceNamed(qualifier string) (source, bool) {
	_, name := splitTable(qualifier)
	name = strings.Trim(name, "`\"[]")
	if name == "" || name == clause.CurrentTable || name == r.table {
		return r.own, true
	}
	for _, s := range r.joined {
		if s.alias == name {
			return s, true
		}
	}
	b := r.words.table(name)
	return source{alias: name, binding: b}, b != nil
}

// namesOurs reports whether SQL text names one of the library's tables, or
// what the statement calls it.
func (r *rewriter) namesOurs(text string) bool {
	for _, s := range r.joined {
		if s.binding != nil && findWord(text, s.alias, 0) >= 0 {
			return true
		}
	}
	return r.words.namesTable(text)
}
