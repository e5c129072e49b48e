package username

import (
	"strings"
	"unicode/utf8"

	"github.com/gorm-auth/authplugin"
)

// normalize makes one of all ways to write a username.
func (p *Plugin) normalize(name string) string {
	switch {
	case p.options.KeepCase:
		return name
	case p.options.Normalizer != nil:
		return p.options.Normalizer(name)
	default:
		return strings.ToLower(name)
	}
}

// accept is a username as it is stored, or why it may not be had.
func (p *Plugin) accept(name string) (string, error) {
	// What is much too long is not worth a look at each character of it.
	if len(name) > utf8.UTFMax*columnLength {
		return "", errTooLong
	}
	if !presentable(name) {
		return "", errInvalid
	}
	if !p.options.ValidateNormalized {
		if err := p.check(name); err != nil {
			return "", err
		}
	}
	normalized := p.normalize(name)
	if !presentable(normalized) {
		return "", errInvalid
	}
	if p.options.ValidateNormalized {
		if err := p.check(normalized); err != nil {
			return "", err
		}
	}
	if p.reserved[normalized] {
		return "", errReserved
	}
	return normalized, nil
}

// check holds a username against the rules.
func (p *Plugin) check(name string) error {
	length := utf8.RuneCountInString(name)
	switch {
	case length < p.options.MinLength:
		return errTooShort
	case length > p.options.MaxLength:
		return errTooLong
	case !p.valid(name):
		return errInvalid
	default:
		return nil
	}
}

func (p *Plugin) valid(name string) bool {
	if p.options.Validator != nil {
		return p.options.Validator(name)
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.'
	})
}

// presentable reports whether every database can store a name and find it again.
func presentable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsRune(name, 0) && utf8.RuneCountInString(name) <= columnLength
}

// acceptDisplay is a display username as it is stored.
func (p *Plugin) acceptDisplay(name string) (string, error) {
	if p.options.DisplayNormalizer != nil {
		name = p.options.DisplayNormalizer(name)
	}
	if p.options.DisplayValidator != nil && !p.options.DisplayValidator(name) {
		return "", errInvalidDisplay
	}
	return name, nil
}

// Schema adds the fields to the users.
func (p *Plugin) Schema() authplugin.PluginSchema {
	fields := authplugin.Fields{"username": {
		Type: authplugin.String, Optional: true, Unique: true, Sortable: true,
		TransformInput: transform(p.accept),
	}}
	if !p.options.NoDisplayUsername {
		fields["displayUsername"] = authplugin.Field{
			Type: authplugin.String, Optional: true, TransformInput: transform(p.acceptDisplay),
		}
	}
	return authplugin.PluginSchema{
		Fields: map[string]authplugin.Fields{authplugin.ModelUser: fields},
		Config: p.options.Schema,
	}
}

// transform is a rule as the transform of a field, which every write goes through.
func transform(accept func(string) (string, error)) func(any) (any, error) {
	return func(value any) (any, error) {
		name, ok := value.(string)
		if !ok {
			return nil, errInvalid
		}
		return accept(name)
	}
}
