package authplugin

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/clause"
)

// Verifications are the operations on verifications. V is [Verification], or the
// application's own struct that is configured as its Model. What is said of
// [Users] holds for them too.
//
// An identifier may have several rows; the newest counts. Look-ups find plain and
// hashed identifiers, see [VerificationConfig.Identifiers]; the rows that they
// return hold the identifier as it was asked for.
type Verifications[V any] struct{ auth *Auth }

// Verifications are the operations on verifications.
func (a *Auth) Verifications() Verifications[Verification] { return Verifications[Verification]{a} }

// VerificationsOf are the operations on verifications with the application's own struct.
func VerificationsOf[V any](a *Auth) Verifications[V] { return Verifications[V]{a} }

// VerificationOptions describe a verification that is created.
type VerificationOptions struct {
	// ExpiresIn is how long it can be consumed. Defaults to 1 hour; negative is
	// [ErrInvalid].
	ExpiresIn time.Duration
	// Additional are additional fields by logical name.
	Additional Values
}

const defaultVerificationExpiresIn = time.Hour

// Create creates a verification.
func (v Verifications[V]) Create(ctx context.Context, identifier, value string, opts VerificationOptions) (*V, error) {
	o, row, err := v.fresh(identifier, value, opts)
	if err != nil {
		return nil, err
	}
	if o.core.verificationsIn == StorageOnly {
		return v.createStored(ctx, o, row, identifier, false)
	}
	if err := o.create(ctx, row); err != nil {
		return nil, err
	}
	return row, o.set(row, "identifier", identifier)
}

// fresh is a row that is not stored yet.
func (v Verifications[V]) fresh(identifier, value string, opts VerificationOptions) (bound[V], *V, error) {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil {
		return o, nil, err
	}
	if err := o.core.refuseIdentifier(identifier); err != nil {
		return o, nil, err
	}
	if opts.ExpiresIn < 0 {
		return o, nil, o.byName("expiresAt").errorf(negativeLifetime)
	}
	row := new(V)
	err = o.fill(row, Values{
		"identifier": o.core.cfg.Verification.storedIdentifier(identifier), "value": value,
		"expiresAt": normalizeTime(o.core.now().Add(orDefault(opts.ExpiresIn, defaultVerificationExpiresIn))),
	})
	if err == nil {
		err = o.fillAdditional(row, opts.Additional)
	}
	return o, row, err
}

// Find finds the newest verification of an identifier. It is [ErrNotFound] when
// there is none, and [ErrExpired] when that one has expired.
func (v Verifications[V]) Find(ctx context.Context, identifier string) (*V, error) {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil {
		return nil, err
	}
	if !isPresentable(identifier) {
		return nil, ErrNotFound
	}
	switch {
	case o.core.verificationsIn == StorageOnly:
		return v.findStored(ctx, o, identifier)
	case o.core.verificationsIn == StorageAndDatabase && !inTransaction(o.handle):
		return v.findCopied(ctx, o, identifier)
	default:
		row, err := v.findRow(ctx, o, identifier)
		if !errors.Is(err, ErrNotFound) || errors.Is(err, ErrExpired) {
			return row, err
		}
		if stored, err := v.hasStored(ctx, o, identifier); stored && err == nil {
			return v.findStored(ctx, o, identifier)
		}
		return nil, err
	}
}

// findRow finds the newest verification of an identifier in the database.
func (v Verifications[V]) findRow(ctx context.Context, o bound[V], identifier string) (*V, error) {
	rows, err := v.newestRows(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	return v.newest(o, rows, identifier)
}

// newest is the newest of the rows of an identifier, if it is live.
func (v Verifications[V]) newest(o bound[V], rows []*V, identifier string) (*V, error) {
	var newest *V
	for _, row := range rows {
		if !isIdentifier(o.text(row, "identifier"), identifier) {
			continue
		}
		if newest == nil || o.newer(row, newest) {
			newest = row
		}
	}
	if newest == nil {
		return nil, ErrNotFound
	}
	if !o.moment(newest, "expiresAt").After(o.core.now()) {
		return nil, ErrExpired
	}
	return newest, o.set(newest, "identifier", identifier)
}

// newer orders rows. Of those that were created in the same millisecond it is the
// one with the greater id, which only says more where the database counts.
func (o bound[T]) newer(a, b *T) bool {
	if byTime := o.moment(a, "createdAt").Compare(o.moment(b, "createdAt")); byTime != 0 {
		return byTime > 0
	}
	first, second := o.text(a, "id"), o.text(b, "id")
	if o.model.id.kind == intID && len(first) != len(second) {
		return len(first) > len(second)
	}
	return first > second
}

// Update sets fields of the newest verification of an identifier, which must be
// live, and returns it as it is then. The identifier itself cannot be changed.
func (v Verifications[V]) Update(ctx context.Context, identifier string, values Values) (*V, error) {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil {
		return nil, err
	}
	for name := range values {
		if f := o.lookUp(name); f != nil && (f.name == "identifier" || f.primary) {
			return nil, f.errorf("cannot be changed; create another verification")
		}
	}
	if err := o.refuseValues(values); err != nil {
		return nil, err
	}
	if !isPresentable(identifier) {
		return nil, ErrNotFound
	}
	stored, err := v.hasStored(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	if stored || o.core.verificationsIn == StorageOnly {
		return v.updateStored(ctx, o, identifier, values)
	}
	found, err := v.findRow(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	row, err := o.update(ctx, ID(o.text(found, "id")), values)
	if err != nil {
		return nil, err
	}
	return row, o.set(row, "identifier", identifier)
}

// Delete deletes all verifications of an identifier, and returns how many.
func (v Verifications[V]) Delete(ctx context.Context, identifier string) (int64, error) {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil || !isPresentable(identifier) {
		return 0, err
	}
	if o.core.verificationsIn == StorageOnly {
		return v.deleteStored(ctx, o, identifier)
	}
	stored, err := v.hasStored(ctx, o, identifier)
	if err != nil {
		return 0, err
	}
	var before int64
	if stored {
		if before, err = v.deleteStored(ctx, o, identifier); err != nil {
			return before, err
		}
	}
	n, err := o.delete(ctx, o.ofIdentifier(identifier)...)
	return before + n, err
}

// DeleteByID deletes the verification with an id. It is no error when there is none,
// and one with [StorageOnly], where verifications are found by their identifiers.
func (v Verifications[V]) DeleteByID(ctx context.Context, id ID) error {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil {
		return err
	}
	if o.core.verificationsIn == StorageOnly {
		return errNoVerificationID
	}
	_, err = o.delete(ctx, o.equals("id", id))
	return err
}

// DeleteExpired deletes verifications that have expired, as
// [Sessions.DeleteExpired] does.
func (v Verifications[V]) DeleteExpired(ctx context.Context) (int64, error) {
	o, err := open[V](v.auth, ModelVerification)
	if err != nil {
		return 0, err
	}
	if o.core.verificationsIn == StorageOnly {
		return 0, nil
	}
	return o.deleteExpired(ctx, 0)
}

// ofIdentifier are the conditions on the rows of an identifier.
func (o bound[T]) ofIdentifier(identifier string) []clause.Expression {
	forms := identifierForms(identifier)
	return o.secretIn("identifier", forms[0], forms[1])
}

// secretIn are the conditions that a secret is one of some texts, which are equal
// character for character, also where the collation would take others for the same.
func (o bound[T]) secretIn(name string, texts ...string) []clause.Expression {
	column, values := o.column(name), make([]any, len(texts))
	for i, text := range texts {
		values[i] = secretValue{text}
	}
	where := []clause.Expression{clause.IN{Column: column, Values: values}}
	if exact := o.core.exactText(len(values)); exact != "" {
		where = append(where, clause.Expr{SQL: exact, Vars: append([]any{column}, values...)})
	}
	return where
}
