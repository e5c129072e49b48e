package authplugin

import (
	"context"
	"time"
)

// LocalTier is the in-process tier, for tests with storages that import this package.
type LocalTier struct{ tier *localTier }

// LocalTierConfig is what tests choose of a tier.
type LocalTierConfig struct {
	Cache       LocalCache
	Broadcaster Broadcaster
	MaxAge      time.Duration
	Now         func() time.Time
	Report      func(error)
}

// LocalMarker is a marker.
type LocalMarker = marker

// DefaultLocalMaxAge is the documented bound.
const DefaultLocalMaxAge = defaultLocalMaxAge

// NoLocalTier is the tier of an Auth that has none.
func NoLocalTier() *LocalTier { return &LocalTier{} }

// NewLocalTier returns a tier that was not started.
func NewLocalTier(cfg LocalTierConfig) *LocalTier {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &LocalTier{newLocalTier(localTierConfig{
		cache: cfg.Cache, broadcaster: cfg.Broadcaster, maxAge: cfg.MaxAge, now: cfg.Now, report: cfg.Report,
	})}
}

func (t *LocalTier) Get(key string) (any, bool) {
	value, _, ok := t.tier.get(key)
	return value, ok
}
func (t *LocalTier) Mark() LocalMarker         { return t.tier.mark() }
func (t *LocalTier) Start(ctx context.Context) { t.tier.start(ctx) }
func (t *LocalTier) Close()                    { t.tier.close() }

func (t *LocalTier) Put(key string, value any, expires time.Time, m LocalMarker, owners ...string) {
	t.tier.put(key, value, expires, m, owners...)
}

func (t *LocalTier) Drop(ctx context.Context, names ...string) error {
	return t.tier.drop(ctx, names...)
}
func (t *LocalTier) DropAll(ctx context.Context) error { return t.tier.dropAll(ctx) }

// GetMany and ApplyTransitions are how the library asks a storage, whatever it can.
func GetMany(ctx context.Context, s AtomicStorage, keys []string) ([][]byte, error) {
	return getMany(ctx, s, keys)
}

func ApplyTransitions(ctx context.Context, s AtomicStorage, transitions []Transition) ([]bool, error) {
	return applyTransitions(ctx, s, transitions)
}

// ListTokens are the tokens of the members of a list.
func ListTokens(value []byte) []string {
	var tokens []string
	for _, m := range parseListMembers(value) {
		tokens = append(tokens, m.Token)
	}
	return tokens
}

// TakeSlot takes one of the slots that bound how many hashes are made at once.
func (h *Argon2idHasher) TakeSlot(ctx context.Context) (release func(), err error) {
	return h.slots.acquire(ctx, h.MaxConcurrent)
}
