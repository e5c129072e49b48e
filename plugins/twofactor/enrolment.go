package twofactor

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

// enrolment is the second factor of a user as it is stored.
type enrolment struct {
	user *authplugin.User
	// row is that of the model; nil when there is none, as with UserColumns.
	row *TwoFactor
	// secret and codes are encrypted, and empty when there are none.
	secret, codes string
}

// enabled reports whether the second factor is asked for.
func (e enrolment) enabled() bool { return e.user.Additional.Bool(FieldEnabled) }

// hasApp reports whether codes of an app are taken.
func (e enrolment) hasApp() bool {
	return e.enabled() && e.secret != "" && (e.row == nil || e.row.isVerified())
}

// load reads the enrolment of a user.
func (o Operations) load(ctx context.Context, userID authplugin.ID) (enrolment, error) {
	if o.err != nil {
		return enrolment{}, o.err
	}
	user, err := o.auth.Users().FindByID(ctx, userID)
	if err != nil {
		return enrolment{}, err
	}
	return o.complete(ctx, user, authplugin.RowsOf[TwoFactor](o.auth).FindMany)
}

// lock reads the enrolment of a user as it is now, and keeps it so until the end of
// the transaction. Everything that changes enrolments locks the user first, and
// then the row, which does not end in a deadlock.
func (o Operations) lock(ctx context.Context, userID authplugin.ID) (enrolment, error) {
	user, err := authplugin.RowsOf[authplugin.User](o.auth).Lock(ctx, userID)
	if err != nil {
		return enrolment{}, err
	}
	return o.complete(ctx, user, authplugin.RowsOf[TwoFactor](o.auth).LockMany)
}

// complete reads what belongs to a user.
func (o Operations) complete(
	ctx context.Context, user *authplugin.User, read func(context.Context, authplugin.Query) ([]TwoFactor, error),
) (enrolment, error) {
	e := enrolment{user: user}
	if o.plugin.options.UserColumns {
		e.secret, e.codes = user.Additional.String(FieldSecret), user.Additional.String(FieldBackupCodes)
		return e, nil
	}
	rows, err := read(ctx, rowOf(user.ID))
	if err != nil || len(rows) == 0 {
		return e, err
	}
	e.row, e.secret, e.codes = &rows[0], rows[0].Secret, rows[0].BackupCodes
	return e, nil
}

// rowOf is the query for the row of a user.
func rowOf(userID authplugin.ID) authplugin.Query {
	return authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("userId", userID)}, Sort: authplugin.Asc("id"), Limit: 1}
}

// begin stores a new secret, which is not confirmed yet, with new back-up codes.
func (o Operations) begin(ctx context.Context, e enrolment, secret, codes string) error {
	if o.plugin.options.UserColumns {
		return o.setUser(ctx, e, authplugin.Values{FieldSecret: secret, FieldBackupCodes: codes})
	}
	rows := authplugin.RowsOf[TwoFactor](o.auth)
	verified := false
	if e.row == nil {
		_, err := rows.Create(ctx, TwoFactor{UserID: e.user.ID, Secret: secret, BackupCodes: codes, Verified: &verified})
		return err
	}
	_, err := rows.Update(ctx, e.row.ID, authplugin.Values{"secret": secret, "backupCodes": codes, "verified": verified})
	return err
}

// confirm turns the second factor on.
func (o Operations) confirm(ctx context.Context, e enrolment) error {
	if e.row != nil {
		if _, err := authplugin.RowsOf[TwoFactor](o.auth).Update(ctx, e.row.ID, authplugin.Values{"verified": true}); err != nil {
			return err
		}
	}
	return o.setUser(ctx, e, authplugin.Values{FieldEnabled: true})
}

// end turns the second factor off, and forgets it.
func (o Operations) end(ctx context.Context, e enrolment) error {
	values := authplugin.Values{FieldEnabled: false}
	if o.plugin.options.UserColumns {
		values[FieldSecret], values[FieldBackupCodes] = nil, nil
	} else if _, err := authplugin.RowsOf[TwoFactor](o.auth).DeleteMany(ctx, authplugin.Eq("userId", e.user.ID)); err != nil {
		return err
	}
	return o.setUser(ctx, e, values)
}

// setCodes stores back-up codes.
func (o Operations) setCodes(ctx context.Context, e enrolment, codes string) error {
	if e.row == nil {
		return o.setUser(ctx, e, authplugin.Values{FieldBackupCodes: codes})
	}
	_, err := authplugin.RowsOf[TwoFactor](o.auth).Update(ctx, e.row.ID, authplugin.Values{"backupCodes": codes})
	return err
}

func (o Operations) setUser(ctx context.Context, e enrolment, values authplugin.Values) error {
	_, err := o.auth.Users().Update(ctx, e.user.ID, values)
	return err
}
