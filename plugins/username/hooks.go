package username

import (
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
)

// Hooks keep the display username with the username. What names may be had is not
// theirs to say but that of the fields, since GORM has writes without hooks.
func (p *Plugin) Hooks() authplugin.Hooks {
	return authplugin.Hooks{User: authplugin.ModelHooks[authplugin.User]{
		BeforeCreate: p.beforeCreate,
		BeforeUpdate: p.beforeUpdate,
	}}
}

func (p *Plugin) beforeCreate(_ *authplugin.HookContext, user *authplugin.User) error {
	if err := refuseExpression(user.Additional); err != nil {
		return err
	}
	given, ok := user.Additional["username"].(string)
	if !ok {
		return nil
	}
	name, err := p.accept(given)
	if err != nil {
		return err
	}
	user.Additional.Set("username", name) // what the caller then reads
	if !p.options.NoDisplayUsername && user.Additional.String("displayUsername") == "" {
		user.Additional.Set("displayUsername", given)
	}
	return nil
}

func (p *Plugin) beforeUpdate(_ *authplugin.HookContext, change *authplugin.Change[authplugin.User]) error {
	if !change.Values.Has("username") {
		return nil
	}
	if err := refuseExpression(change.Values); err != nil {
		return err
	}
	before, given := change.Before.Additional.String("username"), text(change.Values["username"])
	if given == before {
		return nil
	}
	name := ""
	if given != "" {
		var err error
		if name, err = p.accept(given); err != nil {
			return err
		}
	}
	if p.options.Immutable && before != "" && name != before {
		return errImmutable
	}
	if p.options.NoDisplayUsername || p.displayGiven(change) {
		return nil
	}
	if given == "" {
		change.Values.Set("displayUsername", nil)
		return nil
	}
	change.Values.Set("displayUsername", given)
	return nil
}

// displayGiven reports whether an update brings a display username of its own. One
// that is saved as it was, together with the rest of the row, is none.
func (p *Plugin) displayGiven(change *authplugin.Change[authplugin.User]) bool {
	given, ok := change.Values["displayUsername"]
	return ok && text(given) != change.Before.Additional.String("displayUsername")
}

// text is a name as a write may bring it, "" for none.
func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case *string:
		if v != nil {
			return *v
		}
	}
	return ""
}

// refuseExpression refuses a username that only the database knows.
func refuseExpression(values authplugin.Values) error {
	if _, ok := values["username"].(clause.Expression); ok {
		return &authplugin.FieldError{Model: authplugin.ModelUser, Field: "username", Problem: "must be a value, not an expression, which nobody could check"}
	}
	return nil
}
