package generate

import (
	"errors"
	"io"

	"github.com/gorm-auth/authplugin"
)

// reference is a foreign key, as diagrams draw it.
type reference struct {
	child, parent  authplugin.ModelInfo
	column, target authplugin.FieldInfo
}

// references lists the foreign keys of the models, in their order.
func references(models []authplugin.ModelInfo) []reference {
	byName := map[string]authplugin.ModelInfo{}
	for _, m := range models {
		byName[m.Name] = m
	}
	var refs []reference
	for _, m := range models {
		for _, f := range m.Fields {
			if f.References == nil {
				continue
			}
			parent := byName[f.References.Model]
			target, _ := parent.Field(f.References.Field)
			refs = append(refs, reference{child: m, parent: parent, column: f, target: target})
		}
	}
	return refs
}

// single reports whether at most one row can reference another: the column is
// the id, or alone in a unique index.
func (r reference) single() bool { return r.column.Primary || r.column.Unique }

var errNoSchema = errors.New("authplugin: the schema is empty; generate from Auth.Schema after db.Use")

// write hands a finished document to w, so that a mistake on the way leaves
// nothing half-written.
func write(w io.Writer, s *authplugin.Schema, document func([]authplugin.ModelInfo) string) error {
	models := s.Models()
	if len(models) == 0 {
		return errNoSchema
	}
	_, err := io.WriteString(w, document(models))
	return err
}
