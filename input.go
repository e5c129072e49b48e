package authplugin

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// InputError is what a client's input has wrong, all of it at once. It satisfies
// errors.Is with [ErrInvalid], and errors.As finds the first [FieldError]. No
// message shows a value of the input.
type InputError struct {
	// Model is the logical name of the model.
	Model string
	// Fields are the mistakes, sorted by the name of the field. The name of a field
	// that does not exist is the client's own text; it is shortened and quoted where
	// it is not plain. At most 50 of those are listed.
	Fields []*FieldError
}

// Error implements error.
func (e *InputError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "authplugin: invalid input for %s", e.Model)
	for i, f := range e.Fields {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		b.WriteString(separator + f.Field + " " + f.Problem)
	}
	return b.String()
}

// Unwrap gives the mistakes.
func (e *InputError) Unwrap() []error {
	errs := make([]error, len(e.Fields))
	for i, f := range e.Fields {
		errs[i] = f
	}
	return errs
}

const (
	// maxUnknown bounds how many unknown fields are listed, maxNameLength how much
	// of a name: the client writes them, and may write a lot.
	maxUnknown    = 50
	maxNameLength = 64
)

// ParseInput makes of what a client sent the values for a create or an update of
// a model ([OperationCreate], [OperationUpdate]). The input is decoded JSON by
// logical name, with or without json.Number; nothing in it is trusted, except
// that the application bounds its length. It is not changed.
//
// It refuses fields that the model does not have, and those that a client may not
// set: ids, the times of creation and change, ServerOnly fields, all core fields
// of a session, an account and a verification, the user's emailVerified, and on
// update the user's email, which would stay verified. It checks types, enums,
// sizes, NULL in fields that are not optional, and on create that nothing required
// is missing. Input transforms are computed for the sake of the validators, which
// see what would be written; the values that are returned have not been
// transformed, since the write does so. So a transform must not have side effects.
// On create, absent fields have their defaults, also those a client may not set. A
// required ServerOnly field without a default is left to the server to add.
//
// Values have the types that [Values] has after a read, and can be given to
// db.Model(&User{}).Create or Updates. All mistakes are reported together, in an
// [*InputError].
func (a *Auth) ParseInput(model string, input map[string]any, op Operation) (Values, error) {
	c, err := a.ready()
	if err != nil {
		return nil, err
	}
	m, err := c.schema.mustModel(model)
	if err != nil {
		return nil, err
	}
	if op != OperationCreate && op != OperationUpdate {
		return nil, fmt.Errorf("authplugin: ParseInput takes OperationCreate or OperationUpdate, not %q", op)
	}
	p := inputParser{core: c, binding: c.byModel[m], op: op, values: make(Values, len(m.fields))}
	p.refuseUnknown(m, input)
	for _, f := range m.fields {
		v, given := input[f.name]
		if err := p.take(f, v, given); err != nil {
			return nil, err
		}
	}
	if len(p.mistakes) > 0 {
		slices.SortStableFunc(p.mistakes, func(a, b *FieldError) int { return strings.Compare(a.Field, b.Field) })
		return nil, &InputError{Model: m.name, Fields: p.mistakes}
	}
	return p.values, nil
}

// mustModel is the model of that logical name, or an error that suggests one.
func (s *Schema) mustModel(name string) (*model, error) {
	if m := s.byName[name]; m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("authplugin: there is no model %q%s", name, suggest(name, slices.Sorted(maps.Keys(s.byName))))
}

// inputParser is one call of ParseInput.
type inputParser struct {
	core     *core
	binding  *binding
	op       Operation
	values   Values
	mistakes []*FieldError
}

func (p *inputParser) refuse(mistake *FieldError) { p.mistakes = append(p.mistakes, mistake) }

// refuseUnknown reports names that are no fields. Only fields that the client may
// set are suggested: the others are none of its business.
func (p *inputParser) refuseUnknown(m *model, input map[string]any) {
	var unknown, settable []string
	for name := range input {
		if m.byName[name] == nil {
			unknown = append(unknown, name)
		}
	}
	for _, f := range m.fields {
		if f.settable(p.op) {
			settable = append(settable, f.name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown[:min(len(unknown), maxUnknown)] {
		problem := "there is no such field"
		if len(name) <= maxNameLength {
			problem += suggest(name, settable)
		}
		p.refuse(&FieldError{Model: m.name, Field: plainName(name), Problem: problem})
	}
}

// plainName is a name that a client wrote, made fit for a message.
func plainName(name string) string {
	short := name
	if len(short) > maxNameLength {
		short = short[:maxNameLength] + "..."
	}
	plain := func(c rune) bool { return unicode.IsGraphic(c) && c != unicode.ReplacementChar }
	if short == name && name != "" && !strings.ContainsFunc(name, func(c rune) bool { return !plain(c) }) {
		return name
	}
	return strconv.QuoteToASCII(short)
}

// settable reports whether a client may set the field.
func (f *field) settable(op Operation) bool {
	return !f.automatic() && !f.serverOnly && (!f.createOnly || op == OperationCreate)
}

// automatic fields are set by the library on every write that needs them.
func (f *field) automatic() bool { return f.primary || f.createdAt || f.updatedAt }

// take adds a field to the values or to the mistakes. An error is the server's own.
func (p *inputParser) take(f *field, v any, given bool) error {
	switch {
	case given && !f.settable(p.op):
		p.refuse(f.errorf("cannot be set by a client"))
		return nil
	case f.automatic(), !given && p.op == OperationUpdate:
		return nil
	case follow(v) == nil:
		return p.takeNull(f, given)
	}
	value, err := p.parse(f, v)
	if err == nil && value == nil {
		return p.takeNull(f, given)
	}
	if err != nil {
		p.refuse(f.mistake(err))
		return nil
	}
	if value == "" && f.unique && !f.optional {
		p.refuse(f.errorf("is required"))
		return nil
	}
	p.values[f.name] = value
	return nil
}

// takeNull takes a field that is absent or NULL, as the write would: a default
// stands for both, except that NULL is a value of an optional field. An update
// could write NULL to a field that has a default; a client could not create that.
func (p *inputParser) takeNull(f *field, given bool) error {
	null := given && f.optional
	switch {
	case null && f.notNull, given && !f.optional && p.op == OperationUpdate:
		p.refuse(f.errorf("is required"))
	case null:
		p.values[f.name] = nil
	case f.hasDefault && f.kind != opaqueKind:
		def, err := f.ownDefault()
		if err != nil {
			return fmt.Errorf("authplugin: cannot use the default value: %w", err)
		}
		p.values[f.name] = def
	case f.required() && f.settable(p.op):
		p.refuse(f.errorf("is required"))
	}
	return nil
}
