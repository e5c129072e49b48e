package storagetest

import (
	"testing"

	"github.com/gorm-auth/authplugin"
)

// check is one clause of the contract, for one of the interfaces.
type check[S any] struct {
	name string
	run  func(t testing.TB, s S)
}

// Run tests the storage that open returns, which is called once for every test and
// ends the test itself if it cannot give one. The tests of AtomicStorage, of
// TransitionStorage, of WindowStorage and of Broadcaster are skipped for a storage that
// does not implement them.
func Run(t *testing.T, open func(t testing.TB) authplugin.SecondaryStorage) {
	t.Helper()
	t.Run("transitions", func(t *testing.T) { transitions(t, open) })
	for _, c := range storageChecks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
	t.Run("atomic", func(t *testing.T) {
		t.Parallel()
		if s := open(t); !isAtomic(s) {
			t.Skipf("storagetest: %T is no authplugin.AtomicStorage: what consumes, counts or swaps cannot be kept in it", s)
		}
		for _, c := range atomicChecks() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s, ok := open(t).(authplugin.AtomicStorage)
				if !ok {
					t.Fatal("storagetest: the function returned an AtomicStorage once, and then another storage")
				}
				c.run(t, s)
			})
		}
	})
	t.Run("windows", func(t *testing.T) { windows(t, open) })
	t.Run("broadcast", func(t *testing.T) {
		t.Parallel()
		if s := open(t); !broadcasts(s) {
			t.Skipf("storagetest: %T is no authplugin.Broadcaster: there can be no in-process tier in front of it", s)
		}
		for _, c := range broadcastChecks() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				b, ok := open(t).(authplugin.Broadcaster)
				if !ok {
					t.Fatal("storagetest: the function returned a Broadcaster once, and then another storage")
				}
				c.run(t, b)
			})
		}
	})
}

func broadcasts(s authplugin.SecondaryStorage) bool {
	_, ok := s.(authplugin.Broadcaster)
	return ok
}

func transitions(t *testing.T, open func(t testing.TB) authplugin.SecondaryStorage) {
	t.Helper()
	t.Parallel()
	if s := open(t); !hasTransitions(s) {
		t.Skipf("storagetest: %T is no authplugin.TransitionStorage: the library asks it key by key", s)
	}
	for _, c := range transitionChecks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, ok := open(t).(authplugin.TransitionStorage)
			if !ok {
				t.Fatal("storagetest: the function returned a TransitionStorage once, and then another storage")
			}
			c.run(t, s)
		})
	}
}

func windows(t *testing.T, open func(t testing.TB) authplugin.SecondaryStorage) {
	t.Helper()
	t.Parallel()
	if s := open(t); !hasWindows(s) {
		t.Skipf("storagetest: %T is no authplugin.WindowStorage: the library reads and swaps sliding windows", s)
	}
	for _, c := range windowChecks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, ok := open(t).(authplugin.WindowStorage)
			if !ok {
				t.Fatal("storagetest: the function returned a WindowStorage once, and then another storage")
			}
			c.run(t, s)
		})
	}
}

func hasWindows(s authplugin.SecondaryStorage) bool {
	_, ok := s.(authplugin.WindowStorage)
	return ok
}

func hasTransitions(s authplugin.SecondaryStorage) bool {
	_, ok := s.(authplugin.TransitionStorage)
	return ok
}

func isAtomic(s authplugin.SecondaryStorage) bool {
	_, ok := s.(authplugin.AtomicStorage)
	return ok
}

func storageChecks() []check[authplugin.SecondaryStorage] {
	return []check[authplugin.SecondaryStorage]{
		{"absent", absent},
		{"set and get", setAndGet},
		{"set replaces", setReplaces},
		{"delete", deleteKeys},
		{"delete many", deleteMany},
		{"values are copies", valuesAreCopies},
		{"empty values", emptyValues},
		{"large values", largeValues},
		{"hostile values", hostileValues},
		{"hostile keys", hostileKeys},
		{"long keys", longKeys},
		{"expiry", expiry},
		{"expiry is replaced", expiryIsReplaced},
		{"shortest ttl", shortestTTL},
		{"longest ttl", longestTTL},
		{"ttl of zero or less", nonPositiveTTL},
		{"ended context", endedContext},
		{"concurrent use", concurrentUse},
	}
}

func atomicChecks() []check[authplugin.AtomicStorage] {
	return []check[authplugin.AtomicStorage]{
		{"get and delete", getDelete},
		{"get and delete expired", getDeleteExpired},
		{"get and delete has one winner", getDeleteRace},
		{"increment", increment},
		{"increment sets the ttl once", incrementTTL},
		{"increment without ttl", incrementWithoutTTL},
		{"increment is exact", incrementExact},
		{"increment of no counter", incrementNoCounter},
		{"increment counts all", incrementRace},
		{"swap", swap},
		{"swap of an absent key", swapAbsent},
		{"swap of an empty value", swapEmpty},
		{"swap sets the ttl", swapTTL},
		{"swap without ttl", swapWithoutTTL},
		{"swap has one winner", swapRace},
		{"swap of an absent key has one winner", swapAbsentRace},
		{"swap loses no update", swapCounter},
		{"ended context", endedContextAtomic},
		{"hostile keys", hostileKeysAtomic},
	}
}

func transitionChecks() []check[authplugin.TransitionStorage] {
	return []check[authplugin.TransitionStorage]{
		{"get many", getMany},
		{"thousands", getManyMany},
		{"changes", applyChanges},
		{"ttl", applyTTL},
		{"conditions", applyConditions},
		{"order", applyOrder},
		{"one moment", applyRace},
		{"list in order", listOrder},
		{"list of any tokens", listTokens},
		{"list expires", listExpiry},
		{"list that is none", listForeign},
		{"list loses no member", listRace},
		{"ended context", endedContextTransitions},
	}
}

func broadcastChecks() []check[authplugin.Broadcaster] {
	return []check[authplugin.Broadcaster]{
		{"messages arrive", messagesArrive},
		{"nothing is missed from live on", nothingIsMissed},
		{"no message of many publishers is lost", messagesRace},
		{"a subscription ends with its context", subscriptionEnds},
	}
}
