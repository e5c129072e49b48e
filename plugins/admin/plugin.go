package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// Options are the options of the plugin. The zero value is useful.
type Options struct {
	// Roles are the roles that users may have, and what each permits. The permissions of
	// this package are those of [AdminStatements]; the application may add its own.
	// Defaults to [DefaultRoles].
	Roles access.Roles
	// DefaultRole is the role of a user who is given none. Defaults to "user".
	DefaultRole string
	// AdminRoles are those whose users cannot be impersonated. Default to "admin".
	AdminRoles []string
	// AdminUserIDs are users who may do everything, whatever their role.
	AdminUserIDs []authplugin.ID
	// DefaultBanReason is the reason of a ban that gives none. Defaults to "No reason".
	DefaultBanReason string
	// DefaultBanExpiresIn is how long a ban lasts that does not say. Defaults to for ever.
	DefaultBanExpiresIn time.Duration
	// BannedMessage is what a banned user is told. Defaults to Better Auth's text.
	BannedMessage string
	// ImpersonationExpiresIn is how long an impersonation lasts. Defaults to 1 hour. It
	// should be shorter than [authplugin.SessionConfig].ExpiresIn: a session that lives
	// as long as any other is refreshed like any other.
	ImpersonationExpiresIn time.Duration
	// AllowImpersonatingAdmins lets everybody who may impersonate users impersonate
	// admins, too, not only those with [ActionImpersonateAdmins].
	AllowImpersonatingAdmins bool
	// AllowSelf lets admins ban and delete themselves, and take the role away by which
	// they set roles. By default that is refused as an accident.
	AllowSelf bool
	// KeepSessions lets the sessions of a user go on after SetPassword, as in Better Auth.
	KeepSessions bool
	// MinPasswordLength and MaxPasswordLength are how many characters the password has
	// that an admin sets. Default to 8 and 128.
	MinPasswordLength, MaxPasswordLength int
	// Schema names columns by logical name of the model: "user", "session".
	Schema map[string]authplugin.ModelConfig
}

// Plugin is the plugin, to be put into Config.Plugins.
type Plugin struct {
	options  Options
	adminIDs map[authplugin.ID]bool
	banned   *authplugin.APIError
}

// What the plugin does beside its schema.
var (
	_ authplugin.HookPlugin         = (*Plugin)(nil)
	_ authplugin.SessionPlugin      = (*Plugin)(nil)
	_ authplugin.SessionCheckPlugin = (*Plugin)(nil)
	_ authplugin.ValidatePlugin     = (*Plugin)(nil)
)

// New makes the plugin. Mistakes in the options are reported by db.Use.
func New(options Options) *Plugin {
	if options.Roles == nil {
		options.Roles = DefaultRoles()
	}
	setDefault(&options.DefaultRole, "user")
	if options.AdminRoles == nil {
		options.AdminRoles = []string{"admin"}
	}
	setDefault(&options.DefaultBanReason, "No reason")
	setDefault(&options.BannedMessage, "You have been banned from this application. Please contact support if you believe this is an error.")
	setDefault(&options.ImpersonationExpiresIn, time.Hour)
	setDefault(&options.MinPasswordLength, 8)
	setDefault(&options.MaxPasswordLength, 128)
	p := &Plugin{options: options, adminIDs: map[authplugin.ID]bool{}, banned: forbidden("BANNED_USER", options.BannedMessage)}
	for _, id := range options.AdminUserIDs {
		p.adminIDs[id] = true
	}
	return p
}

func setDefault[T comparable](option *T, value T) {
	var unset T
	if *option == unset {
		*option = value
	}
}

// ID names the plugin.
func (p *Plugin) ID() string { return "admin" }

// Validate finds mistakes in the options.
func (p *Plugin) Validate() []*authplugin.ConfigError {
	var mistakes []*authplugin.ConfigError
	mistake := func(path, format string, args ...any) {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: path, Problem: fmt.Sprintf(format, args...)})
	}
	o := p.options
	for _, name := range o.Roles.Names() {
		if name == "" || strings.TrimSpace(name) != name || strings.Contains(name, ",") {
			mistake(fmt.Sprintf("Roles[%q]", name), "is no name for a role: it must not be empty, have commas, or spaces around it")
		}
	}
	known := func(path, role string) {
		if _, ok := o.Roles[role]; !ok {
			mistake(path, "there is no role %q among Roles, which are %s", role, strings.Join(o.Roles.Names(), ", "))
		}
	}
	known("DefaultRole", o.DefaultRole)
	for i, role := range o.AdminRoles {
		known(fmt.Sprintf("AdminRoles[%d]", i), role)
	}
	if slices.Contains(o.AdminUserIDs, "") {
		mistake("AdminUserIDs", "has an empty id, which is nobody's")
	}
	if o.DefaultBanExpiresIn < 0 {
		mistake("DefaultBanExpiresIn", "must not be negative")
	}
	if o.ImpersonationExpiresIn < 0 {
		mistake("ImpersonationExpiresIn", "must not be negative")
	}
	if o.MinPasswordLength < 0 || o.MaxPasswordLength < o.MinPasswordLength {
		mistake("MinPasswordLength", "must not be negative, nor more than MaxPasswordLength")
	}
	return mistakes
}
