package authcli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gorm-auth/authplugin"
)

type adminFlags struct {
	email, name, role string
	set               []string
	passwordStdin     bool
}

func (a *app) createAdminCommand() *cobra.Command {
	var f adminFlags
	c := &cobra.Command{
		Use:   "create-admin",
		Short: "Create a user who signs in by password, with a verified e-mail address",
		Long: `Create a user who signs in by password, with a verified e-mail address. When the
schema has a field role on user, it is set, to admin unless --role says otherwise;
--set gives values to other additional fields.

The password is asked for on the terminal, which does not show it, or is the first
line of the standard input with --password-stdin.`,
		Example: a.example(
			"create-admin --email ada@example.com --name Ada",
			"create-admin --email ada@example.com --password-stdin < password.txt",
			"create-admin --email ada@example.com --set lang=en --set agreed=true",
		),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.createAdmin(c.Context(), f) },
	}
	c.Flags().StringVar(&f.email, "email", "", "the e-mail `address`")
	c.Flags().StringVar(&f.name, "name", "", "the `name`; defaults to the e-mail address")
	c.Flags().StringVar(&f.role, "role", "admin", "the `role`, where the schema has one")
	c.Flags().StringArrayVar(&f.set, "set", nil, "a value of an additional field, as `field=value`; may be repeated")
	c.Flags().BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from the standard input")
	return c
}

func (a *app) createAdmin(ctx context.Context, f adminFlags) error {
	if err := a.completeAdmin(ctx, &f); err != nil {
		return err
	}
	password, err := a.adminPassword(ctx, f)
	if err != nil {
		return err
	}
	a.addSecret(password)
	s, err := a.open(ctx, refuseMissing)
	if err != nil {
		return err
	}
	defer s.close()
	info, _ := s.auth.Schema().Model(authplugin.ModelUser)
	role, hasRole := roleField(info)
	values, err := fieldValues(info, f.set)
	if err != nil {
		return err
	}
	if _, given := values[role.Name]; hasRole && !given {
		values[role.Name] = f.role
	}
	user := authplugin.User{Name: f.name, Email: f.email, EmailVerified: true, Additional: values}
	created, err := s.auth.Users().SignUp(ctx, user, password)
	switch {
	case errors.Is(err, authplugin.ErrDuplicate):
		return fmt.Errorf("there is a user with the e-mail address %s already; nothing was changed", f.email)
	case err != nil:
		return err
	}
	a.say("created user %s <%s> with id %s", created.Name, created.Email, created.ID)
	if !hasRole {
		a.note("the schema has no field role on user, so none was set")
	}
	return nil
}

// completeAdmin asks for what the flags left out.
func (a *app) completeAdmin(ctx context.Context, f *adminFlags) (err error) {
	if f.email == "" {
		if !a.interactive() || f.passwordStdin {
			return usagef("--email is missing")
		}
		if f.email, err = a.ask(ctx, "E-mail address: "); err != nil {
			return err
		}
		if f.email == "" {
			return usagef("--email is missing")
		}
		if f.name == "" {
			if f.name, err = a.ask(ctx, "Name: "); err != nil {
				return err
			}
		}
	}
	if address, err := mail.ParseAddress(f.email); err != nil || address.Address != f.email {
		return usagef("--email is no e-mail address")
	}
	if f.name == "" {
		f.name = f.email
	}
	return nil
}

// adminPassword reads the password, twice from a terminal.
func (a *app) adminPassword(ctx context.Context, f adminFlags) (string, error) {
	if f.passwordStdin {
		password, err := interruptible(ctx, a.Stderr, func() (string, error) { return readLine(a.Stdin) })
		switch {
		case errors.Is(err, errNo), err == nil && password == "":
			return "", usagef("the password on the standard input is empty")
		default:
			return password, err
		}
	}
	if !a.interactive() {
		return "", usagef("there is no terminal to ask for the password on: give --password-stdin and the password on the standard input")
	}
	password, err := a.askPassword(ctx, "Password: ")
	if err != nil {
		return "", err
	}
	if password == "" {
		return "", errors.New("the password is empty; nothing was changed")
	}
	again, err := a.askPassword(ctx, "Password again: ")
	if err != nil {
		return "", err
	}
	if password != again {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return password, nil
}

// fieldValues reads "field=value" as the type of the field has it.
func fieldValues(user authplugin.ModelInfo, set []string) (authplugin.Values, error) {
	values := authplugin.Values{}
	for _, text := range set {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, usagef("--set needs the form field=value")
		}
		field, ok := user.Field(name)
		if !ok {
			return nil, usagef("--set: the model user has no field %q", name)
		}
		var v any = value
		var err error
		switch field.Type {
		case "string", "enum", "date", "id":
		case "boolean":
			v, err = strconv.ParseBool(value)
		default: // numbers, lists and objects are written as in JSON
			err = json.Unmarshal([]byte(value), &v)
		}
		if err != nil {
			return nil, usagef("--set: the value of %s is not of type %s", name, field.Type)
		}
		values[name] = v
	}
	return values, nil
}

// roleField is the field role of the user, if it holds text.
func roleField(user authplugin.ModelInfo) (authplugin.FieldInfo, bool) {
	role, ok := user.Field("role")
	return role, ok && slices.Contains([]string{"string", "enum"}, role.Type)
}
