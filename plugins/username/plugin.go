package username

import (
	"fmt"

	"github.com/gorm-auth/authplugin"
)

// Options are the options of the plugin. The zero value is useful. The functions must
// be safe for concurrent use.
type Options struct {
	// MinLength and MaxLength are how many characters a username has. Default to 3 and
	// 30; at most 255.
	MinLength, MaxLength int
	// Validator reports whether a username that is long enough may be had. Defaults to
	// letters a-z and A-Z, digits, underscores and dots. One that allows more should go
	// with a Normalizer that makes one of what looks the same.
	Validator func(username string) bool
	// ValidateNormalized has the length and the Validator look at the normalised name
	// instead of the one that was given (Better Auth: validationOrder).
	ValidateNormalized bool
	// Normalizer makes one of all ways to write a username. What it returns is itself a
	// valid name, which it returns as it is. Defaults to lower case.
	Normalizer func(username string) string
	// KeepCase has Ada and ada be two usernames, where the database tells them apart:
	// MySQL and SQL Server do not (Better Auth: usernameNormalization: false). It
	// contradicts a Normalizer.
	KeepCase bool
	// Reserved are usernames that nobody may have, in any way to write them. Users who
	// have one already keep it.
	Reserved []string
	// Immutable refuses another username for a user who has one.
	Immutable bool
	// NoDisplayUsername leaves out the field displayUsername.
	NoDisplayUsername bool
	// DisplayValidator reports whether a display username may be had. By default any may.
	DisplayValidator func(displayUsername string) bool
	// DisplayNormalizer changes a display username before it is validated and stored. By
	// default it is stored as it is.
	DisplayNormalizer func(displayUsername string) string
	// RequireVerifiedEmail refuses to sign in users whose e-mail address is not verified.
	RequireVerifiedEmail bool
	// Schema names columns by logical name of the model, which is "user".
	Schema map[string]authplugin.ModelConfig
}

// Plugin is the plugin, to be put into Config.Plugins.
type Plugin struct {
	options  Options
	reserved map[string]bool
}

// What the plugin does beside its schema.
var (
	_ authplugin.HookPlugin     = (*Plugin)(nil)
	_ authplugin.ValidatePlugin = (*Plugin)(nil)
)

// The lengths of a username, by default and at most: as much as every database can
// have an index on.
const (
	defaultMinLength = 3
	defaultMaxLength = 30
	columnLength     = 255
)

// New makes the plugin. Mistakes in the options are reported by db.Use.
func New(options Options) *Plugin {
	if options.MinLength == 0 {
		options.MinLength = defaultMinLength
	}
	if options.MaxLength == 0 {
		options.MaxLength = max(defaultMaxLength, options.MinLength)
	}
	p := &Plugin{options: options, reserved: map[string]bool{}}
	for _, name := range options.Reserved {
		p.reserved[p.normalize(name)] = true
	}
	return p
}

// ID names the plugin.
func (p *Plugin) ID() string { return "username" }

// Validate finds mistakes in the options.
func (p *Plugin) Validate() []*authplugin.ConfigError {
	var mistakes []*authplugin.ConfigError
	mistake := func(path, format string, args ...any) {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: path, Problem: fmt.Sprintf(format, args...)})
	}
	o := p.options
	if o.MinLength < 0 {
		mistake("MinLength", "must not be negative")
	}
	if o.MaxLength < o.MinLength {
		mistake("MaxLength", "is %d, less than MinLength, which is %d", o.MaxLength, o.MinLength)
	}
	if o.MaxLength > columnLength {
		mistake("MaxLength", "must be %d at most, which is what every database can have a unique index on", columnLength)
	}
	if o.KeepCase && o.Normalizer != nil {
		mistake("KeepCase", "leaves names as they are, but there is a Normalizer: use one of them")
	}
	for i, name := range o.Reserved {
		if name == "" {
			mistake(fmt.Sprintf("Reserved[%d]", i), "is empty")
		}
	}
	if o.NoDisplayUsername && (o.DisplayValidator != nil || o.DisplayNormalizer != nil) {
		mistake("NoDisplayUsername", "leaves out the field that DisplayValidator and DisplayNormalizer are for")
	}
	return mistakes
}
