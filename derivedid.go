package authplugin

import (
	"crypto/sha256"
	"strings"

	"github.com/google/uuid"
)

// Where a table lacks the unique index that would let only one of many concurrent
// inserts of a key through, the id does: it is derived from the key, and the
// primary key refuses the second row. Where ids cannot be derived, because the
// database or a function of the application makes them, the key is locked.

// uniqueKey is a key of which a table is to hold one row at most.
type uniqueKey struct {
	model *model
	parts []string
	// idGiven says that the caller has chosen the row's id.
	idGiven bool
}

// text tells all keys of all models apart.
func (k uniqueKey) text() string {
	return k.model.name + "\x00" + strings.Join(k.parts, "\x00")
}

func (k uniqueKey) hash() [sha256.Size]byte { return sha256.Sum256([]byte(k.text())) }

// derivedID is the id of the row of a key; it is not ok where ids are made by
// others, and where a row that is only marked as deleted would still have it.
func (k uniqueKey) derivedID() (ID, bool) {
	if k.idGiven || k.model.keepsDeleted() {
		return "", false
	}
	sum := k.hash()
	switch k.model.id.spec.name {
	case Random:
		return ID(textOf(sum, randomIDSize)), true
	case UUID:
		return ID(uuid.NewHash(sha256.New(), uuid.Nil, sum[:], 5).String()), true
	default:
		return "", false
	}
}

// textOf spreads a hash over n characters of the alphabet of ids.
func textOf(seed [sha256.Size]byte, n int) string {
	const limit = 256 - 256%len(idAlphabet)
	out := make([]byte, 0, n)
	for {
		for _, b := range seed {
			if int(b) < limit {
				out = append(out, idAlphabet[int(b)%len(idAlphabet)])
				if len(out) == n {
					return string(out)
				}
			}
		}
		seed = sha256.Sum256(seed[:])
	}
}
