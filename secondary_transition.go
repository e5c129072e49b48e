package authplugin

import (
	"context"
	"time"
)

// TransitionStorage is an AtomicStorage that carries out changes of several keys
// in one round trip. It is what makes a session and the list of its user's
// sessions change together. With an AtomicStorage that is none, the library makes
// the same changes one after the other, in an order that is safe.
type TransitionStorage interface {
	AtomicStorage
	// GetMany returns the values of keys, in their order; nil for a key that is
	// absent. It is one round trip, on a Cluster one to each node.
	GetMany(ctx context.Context, keys []string) ([][]byte, error)
	// Apply carries out transitions, each at one moment where one node holds all
	// of its keys, else change by change in their order. It reports of each
	// whether it was carried out; one transition does not depend on another. It is
	// one round trip, on a Cluster one to each node; transitions that several nodes
	// hold take as many as the longest of them has changes.
	Apply(ctx context.Context, transitions []Transition) ([]bool, error)
}

// Transition is what happens to keys that belong together. If a condition does not
// hold, nothing happens; where the keys are on several nodes, what stands before
// the change whose condition does not hold has happened. So the order of changes is
// one in which each beginning does no harm.
type Transition []StorageChange

// StorageChange is what happens to one key.
type StorageChange struct {
	// Key is the key.
	Key string
	// Compare makes it a condition that the key holds exactly Old, with the meaning
	// that Old has for [AtomicStorage]: nil means that the key must be absent.
	Compare bool
	Old     []byte
	// Value is stored for TTL; a TTL of zero or less deletes the key.
	Value []byte
	TTL   time.Duration
	// Keep says that the value must not be evicted before it has expired: what it
	// refuses would come back. Other values may be lost.
	Keep bool
	// List, if any, edits the list that the key holds; Value and TTL then mean
	// nothing, and Compare is not allowed.
	List *ListEdit
}

// ListEdit is an edit of a list of members, kept as Better Auth keeps the sessions
// of a user: [{"token":"...","expiresAt":1795882737240}], in the order in which they
// expire, in milliseconds since 1970. What is no such list counts as an empty one.
// Members leave before others enter. Those that have expired are dropped, a list
// without members is deleted, any other expires with its last member. Tokens are text
// (UTF-8), and not empty; times are cut to milliseconds.
type ListEdit struct {
	// Enter are members to add. One with the token of a member that is there, or
	// stands before it here, takes its place.
	Enter []ListMember
	// Leave are the tokens of members to remove.
	Leave []string
	// Now is the time by which members have expired.
	Now time.Time
}

// ListMember is a member of a list.
type ListMember struct {
	Token     string
	ExpiresAt time.Time
}
