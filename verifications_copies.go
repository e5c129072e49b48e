package authplugin

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// maxKeyedIdentifier is the length of the longest identifier that the storage is asked for.
const maxKeyedIdentifier = 900

// verificationKey is the key of a verification by its stored identifier, as in Better
// Auth.
func verificationKey(stored string) string { return "verification:" + stored }

// verificationKeys are the keys that a verification may be under. Those of identifiers
// that are too long are none.
func verificationKeys(identifier string) []string {
	if len(identifier) > maxKeyedIdentifier {
		return nil
	}
	forms := identifierForms(identifier)
	return []string{verificationKey(forms[0]), verificationKey(forms[1])}
}

// copier is that of the verification's Go type.
func (v Verifications[V]) copier(o bound[V]) *rowCopier { return o.core.verificationCopiers[o.binding] }

// What the library has written as a verification tells by the space after it whether it
// is a copy of a row or all there is. Whoever reads JSON sees no difference; Better Auth's
// have none, and nothing is known of them.
const (
	copiedVerification = "} "
	onlyVerification   = "}\n"
)

// write is a verification as it is stored, with one of the ends.
func (v Verifications[V]) write(o bound[V], row *V, end string) ([]byte, error) {
	stored := o.core.cfg.Verification.storedIdentifier(o.text(row, "identifier"))
	if isHashed(o.text(row, "identifier")) {
		stored = o.text(row, "identifier")
	}
	value, err := v.copier(o).appendRow(nil, reflect.ValueOf(row).Elem(), Values{"identifier": stored})
	if err == nil {
		value = append(value[:len(value)-1], end...)
	}
	if err == nil && len(value) > maxCopySize {
		err = errTooLarge
	}
	return value, err
}

// inStorageOnly reports whether a value is a verification that the storage alone has.
// With StorageOnly Better Auth's are such, and copies are left over from when there were
// rows; beside the database only what says so is.
func (v Verifications[V]) inStorageOnly(o bound[V], value []byte) bool {
	if o.core.verificationsIn == StorageOnly {
		return !bytes.HasSuffix(value, []byte(copiedVerification))
	}
	return bytes.HasSuffix(value, []byte(onlyVerification))
}

// hasStored reports whether the storage alone has a verification of an identifier, which
// is so after a change from StorageOnly to StorageAndDatabase. It is live then.
func (v Verifications[V]) hasStored(ctx context.Context, o bound[V], identifier string) (bool, error) {
	if o.core.verificationsIn != StorageAndDatabase || !o.core.storage.answers() {
		return false, nil
	}
	values, err := o.core.storage.getMany(o.storageContext(ctx), verificationKeys(identifier))
	if errors.Is(err, ErrStorage) {
		return false, nil // whoever writes is told when copies are discarded
	}
	for _, value := range values {
		if !v.inStorageOnly(o, value) {
			continue
		}
		if row := v.read(ctx, o, value, identifier); row != nil && o.moment(row, "expiresAt").After(o.core.now()) {
			return true, nil
		}
	}
	return false, because(ctx, err)
}

// read is the verification that a value holds, nil for none.
func (v Verifications[V]) read(ctx context.Context, o bound[V], value []byte, identifier string) *V {
	if len(value) == 0 {
		return nil
	}
	row := new(V)
	text := string(value)
	if len(text) > maxCopySize || !utf8.ValidString(text) || v.copier(o).read(text, isPlainJSON(value), reflect.ValueOf(row).Elem()) != nil ||
		!isIdentifier(o.text(row, "identifier"), identifier) || o.moment(row, "expiresAt").IsZero() {
		o.core.storage.foreignValue(ctx)
		return nil
	}
	return row
}

// findCopied finds a verification by its copy, and makes the copy where there is none.
func (v Verifications[V]) findCopied(ctx context.Context, o bound[V], identifier string) (*V, error) {
	access := o.core.storage
	if !access.answers() || len(identifier) > maxKeyedIdentifier {
		access.event(ctx, StorageFallback)
		return v.findRow(ctx, o, identifier)
	}
	key := verificationKey(o.core.cfg.Verification.storedIdentifier(identifier))
	value, err := access.get(ctx, key)
	switch {
	case err == nil && len(value) > 0:
		if row := v.read(ctx, o, value, identifier); row != nil {
			access.event(ctx, StorageHit)
			return v.newest(o, []*V{row}, identifier)
		}
		return v.findRow(ctx, o, identifier)
	case errors.Is(err, ErrNotFound):
		access.event(ctx, StorageMiss)
	case errors.Is(err, ErrStorage):
		access.event(ctx, StorageFallback)
		return v.findRow(ctx, o, identifier)
	case err != nil && !errors.Is(err, ErrForeignValue):
		return nil, because(ctx, err)
	default: // it is being written
		return v.findRow(ctx, o, identifier)
	}
	begun := time.Now()
	row, err := v.findRow(ctx, o, identifier)
	if err == nil && time.Since(begun) < freshFor {
		v.storeCopy(ctx, o, key, row)
	}
	return row, err
}

// storeCopy makes the copy of a verification, if nobody has written meanwhile.
func (v Verifications[V]) storeCopy(ctx context.Context, o bound[V], key string, row *V) {
	value, err := v.write(o, row, copiedVerification)
	if err != nil {
		return
	}
	age := min(o.moment(row, "expiresAt").Sub(o.core.now()), o.core.cfg.Session.copyMaxAge())
	done, err := o.core.storage.apply(ctx, Transition{{Key: key, Compare: true, Value: value, TTL: age}})
	if err == nil && done[0] {
		o.core.storage.event(ctx, StorageRefill)
	}
}

// discardVerification discards the copies of an identifier.
func (c *core) discardVerification(ctx context.Context, db *gorm.DB, identifier string) error {
	if c.verificationsIn != StorageAndDatabase {
		return nil
	}
	stale := c.newStaleCopies(ctx)
	for _, key := range verificationKeys(identifier) {
		stale.verifications[key] = struct{}{}
	}
	return c.discard(db, stale)
}

// noteVerification notes the copy of a row by its identifier, which may be a hash.
func (s *staleCopies) noteVerification(identifier string) {
	if isHashed(identifier) {
		s.verifications[verificationKey(identifier)] = struct{}{}
		return
	}
	for _, key := range verificationKeys(identifier) {
		s.verifications[key] = struct{}{}
	}
}

// noteVerifications notes the verifications of the batch at hand.
func (r *hookRun) noteVerifications(stale *staleCopies, deleted bool) {
	now := r.core.now()
	for _, row := range r.plan.rows {
		at := func(name string) any { return follow(r.b.get(r.b.byName(name), row.row).value) }
		expires, _ := at("expiresAt").(time.Time)
		if deleted && !expires.After(now) {
			continue
		}
		identifier, _ := at("identifier").(string)
		stale.noteVerification(identifier)
		if changed, ok := row.values["identifier"].(string); ok {
			stale.noteVerification(changed)
		}
	}
}

// discardCreated discards the copies of identifiers that a create adds rows to: the
// newest row counts.
func (c *core) discardCreated(db *gorm.DB) {
	b := c.written(db)
	if b == nil || db.DryRun || b.model.name != ModelVerification || c.verificationsIn != StorageAndDatabase {
		return
	}
	stale := c.newStaleCopies(db.Statement.Context)
	for _, v := range b.keyValues(db.Statement, b.byName("identifier")) {
		if identifier, ok := plainText(v); ok {
			stale.noteVerification(identifier)
		}
	}
	_ = db.AddError(c.discard(db, stale))
}

// plainText is the text of a parameter.
func plainText(v any) (string, bool) {
	switch x := v.(type) {
	case secretValue:
		s, ok := x.value.(string)
		return s, ok
	case parameter:
		return plainText(x.value)
	case string:
		return x, true
	default:
		return "", false
	}
}
