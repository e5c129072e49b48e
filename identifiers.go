package authplugin

import (
	"strings"
)

// storedIdentifier is an identifier as the table is to hold it.
func (c VerificationConfig) storedIdentifier(identifier string) string {
	storage, longest := c.Identifiers, -1
	for prefix, s := range c.IdentifierPrefixes {
		if len(prefix) > longest && strings.HasPrefix(identifier, prefix) {
			storage, longest = s, len(prefix)
		}
	}
	if storage == HashedIdentifiers {
		return hashSecret(identifier)
	}
	return identifier
}

// identifierForms are the forms in which an identifier may be stored, whatever
// the configuration was when it was.
func identifierForms(identifier string) [2]string {
	return [2]string{hashSecret(identifier), identifier}
}

// isIdentifier reports whether a stored identifier is that of one.
func isIdentifier(stored, identifier string) bool {
	if isHashed(stored) {
		return stored == hashSecret(identifier)
	}
	return stored == identifier
}

// lookUpIdentifier is a look-up by an identifier.
func (c *core) lookUpIdentifier(s *compiled, identifier string) lookUp {
	forms := identifierForms(identifier)
	if c.exactText(len(forms)) != "" {
		return lookUp{s, keyOf(true, forms[0], forms[1], forms[0], forms[1])}
	}
	return lookUp{s, keyOf(true, forms[0], forms[1])}
}

// refuseIdentifier refuses what can be no identifier: nothing, what only the
// table holds, and what it cannot hold.
func (c *core) refuseIdentifier(identifier string) error {
	f := c.schema.byName[ModelVerification].byName["identifier"]
	switch {
	case identifier == "":
		return f.errorf("is required")
	case isHashed(identifier):
		return f.errorf("must not begin with %s, which marks a stored hash", hashedPrefix)
	default:
		return f.refuseUnstorable(identifier)
	}
}
