package passkey_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

const racers = 32

// race has many do something at the same time, and counts those who succeed.
func race(t *testing.T, do func(i int) error, expected ...error) (won int) {
	t.Helper()
	errs := make([]error, racers)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range errs {
		group.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	group.Wait()
next:
	for i, err := range errs {
		if err == nil {
			won++
			continue
		}
		for _, want := range expected {
			if errors.Is(err, want) {
				continue next
			}
		}
		t.Errorf("%d: unexpected: %v", i, err)
	}
	return won
}

// raced runs a test on every database, with what keeps callers apart.
func raced(t *testing.T, adjust func(o *passkey.Options), test func(t *testing.T, f fixture)) {
	t.Helper()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		for _, layout := range []struct {
			name   string
			unique bool
			config func(cfg *authplugin.Config)
		}{
			{"database", false, nil},
			{"storage only", false, layouts()["storage only"]},
			{"ids counted", false, func(cfg *authplugin.Config) { cfg.GenerateID = authplugin.Serial }},
			{"unique", true, nil},
		} {
			t.Run(layout.name, func(t *testing.T) { // one after the other, or the pools are too many for a server
				o := options()
				o.UniqueCredentials = layout.unique
				if adjust != nil {
					adjust(&o)
				}
				f := newFixture(t, d.Another(t), o, layout.config)
				f.layout = layout.name
				test(t, f)
			})
		}
	})
}

// One of many who finish with the same challenge does.
func TestRacesForChallenges(t *testing.T) {
	t.Parallel()
	raced(t, nil, func(t *testing.T, f fixture) {
		ctx := t.Context()
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		response := f.device.create(t, begun.Options)
		won := race(t, func(int) error {
			_, err := f.FinishRegistration(ctx, f.user.ID, begun.Token, response, "")
			return err
		}, passkey.ErrChallengeNotFound)
		list, err := f.List(ctx, f.user.ID)
		must(t, err)
		if won != 1 || len(list) != 1 {
			t.Fatalf("%d have registered, %d passkeys", won, len(list))
		}
		token, response := f.answer(t)
		won = race(t, func(int) error {
			_, err := f.FinishSignIn(ctx, token, response)
			return err
		}, passkey.ErrChallengeNotFound)
		if won != 1 {
			t.Errorf("%d have signed in", won)
		}
	})
}

// One of many with the same counter signs in, also in transactions of the caller that
// have read before.
func TestRacesForCounters(t *testing.T) {
	t.Parallel()
	raced(t, nil, func(t *testing.T, f fixture) {
		ctx := t.Context()
		registered := f.register(t)
		k := f.device.only(t)
		f.device.counts = false
		answers := func(counter func(i int) uint32) (tokens []string, responses [][]byte) {
			for i := range racers {
				k.counter = counter(i)
				token, response := f.answer(t)
				tokens, responses = append(tokens, token), append(responses, response)
			}
			return tokens, responses
		}
		tokens, responses := answers(func(int) uint32 { return 7 })
		won := race(t, func(i int) error {
			if i%2 == 0 {
				_, err := f.FinishSignIn(ctx, tokens[i], responses[i])
				return err
			}
			return f.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				if f.dialect != "sqlite" { // which would have to give up its snapshot
					if _, err := passkey.Of(tx).List(ctx, f.user.ID); err != nil {
						return err
					}
				}
				_, err := passkey.Of(tx).FinishSignIn(ctx, tokens[i], responses[i])
				return err
			}, authplugin.Retry(50))
		}, passkey.ErrCloned)
		if won != 1 {
			t.Errorf("%d have signed in with the same counter", won)
		}

		tokens, responses = answers(func(i int) uint32 { return 8 + uint32(i) })
		won = race(t, func(i int) error {
			_, err := f.FinishSignIn(ctx, tokens[i], responses[i])
			return err
		}, passkey.ErrCloned)
		stored, err := f.Find(ctx, f.user.ID, registered.ID)
		must(t, err)
		if won < 1 || stored.Counter != 8+racers-1 {
			t.Errorf("%d have signed in with rising counters, %d is stored", won, stored.Counter)
		}
	})
}

// A credential that many register at once is registered once.
func TestRacesForCredentials(t *testing.T) {
	t.Parallel()
	raced(t, nil, func(t *testing.T, f fixture) {
		ctx := t.Context()
		users, tokens, responses := make([]*authplugin.User, racers), make([]string, racers), make([][]byte, racers)
		k := &key{id: []byte("the id of a credential that all have"), private: newKey(t, es256)}
		for i := range users {
			users[i] = newUser(t, f.auth, "user"+strconv.Itoa(i/2)+"-"+strconv.Itoa(i%2))
			if i%4 == 1 {
				users[i] = users[i-1]
			}
			begun, err := f.BeginRegistration(ctx, users[i].ID, passkey.RegistrationOptions{})
			must(t, err)
			tokens[i], responses[i] = begun.Token, f.device.attest(t, k, parse[creation](t, begun.Options).Challenge)
		}
		won := race(t, func(i int) error {
			_, err := f.FinishRegistration(ctx, users[i].ID, tokens[i], responses[i], "")
			return err
		}, passkey.ErrAlreadyRegistered)
		n, err := authplugin.RowsOf[passkey.Passkey](f.auth).Count(ctx)
		must(t, err)
		if won != 1 || n != 1 {
			t.Errorf("%d have registered, %d rows", won, n)
		}
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		_, err = f.FinishRegistration(ctx, f.user.ID, begun.Token, f.device.attest(t, k, parse[creation](t, begun.Options).Challenge), "")
		expect(t, "another one later", err, passkey.ErrAlreadyRegistered)
	})
}

// The same in transactions of the callers, where what is in the secondary storage only
// is written too late.
func TestRacesForCredentialsInTransactions(t *testing.T) {
	t.Parallel()
	raced(t, nil, func(t *testing.T, f fixture) {
		if f.layout == "storage only" {
			return
		}
		ctx := t.Context()
		users, tokens, responses := make([]*authplugin.User, racers), make([]string, racers), make([][]byte, racers)
		k := &key{id: []byte("the id of a credential that all have"), private: newKey(t, es256)}
		for i := range users {
			users[i] = newUser(t, f.auth, "user"+strconv.Itoa(i))
			begun, err := f.BeginRegistration(ctx, users[i].ID, passkey.RegistrationOptions{})
			must(t, err)
			tokens[i], responses[i] = begun.Token, f.device.attest(t, k, parse[creation](t, begun.Options).Challenge)
		}
		race(t, func(i int) error {
			return f.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				if f.dialect != "sqlite" {
					if _, err := passkey.Of(tx).List(ctx, f.user.ID); err != nil {
						return err
					}
				}
				_, err := passkey.Of(tx).FinishRegistration(ctx, users[i].ID, tokens[i], responses[i], "")
				return err
			}, authplugin.Retry(50))
		}, passkey.ErrAlreadyRegistered)
		n, err := authplugin.RowsOf[passkey.Passkey](f.auth).Count(ctx)
		must(t, err)
		if n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// No more passkeys are registered than a user may have.
func TestRacesForTheLimit(t *testing.T) {
	t.Parallel()
	raced(t, func(o *passkey.Options) { o.MaxPasskeys = 3 }, func(t *testing.T, f fixture) {
		ctx := t.Context()
		tokens, responses := make([]string, racers), make([][]byte, racers)
		for i := range tokens {
			begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
			must(t, err)
			tokens[i], responses[i] = begun.Token, newAuthenticator().create(t, begun.Options)
		}
		won := race(t, func(i int) error {
			_, err := f.FinishRegistration(ctx, f.user.ID, tokens[i], responses[i], "")
			return err
		}, passkey.ErrTooManyPasskeys)
		list, err := f.List(ctx, f.user.ID)
		must(t, err)
		if won != 3 || len(list) != 3 {
			t.Errorf("%d have registered, %d passkeys", won, len(list))
		}
	})
}

// Of many who delete a passkey one does, and whoever signs in with it meanwhile does
// so, or not.
func TestRacesOfDeletion(t *testing.T) {
	t.Parallel()
	raced(t, nil, func(t *testing.T, f fixture) {
		ctx := t.Context()
		registered := f.register(t)
		f.device.counts = false
		tokens, responses := make([]string, racers), make([][]byte, racers)
		for i := range tokens {
			f.device.only(t).counter = uint32(i)
			tokens[i], responses[i] = f.answer(t)
		}
		deleted := make([]bool, racers)
		race(t, func(i int) error {
			if i%2 == 0 {
				err := f.Delete(ctx, f.user.ID, registered.ID)
				deleted[i] = err == nil
				return err
			}
			_, err := f.FinishSignIn(ctx, tokens[i], responses[i])
			return err
		}, passkey.ErrPasskeyNotFound, passkey.ErrUnknownCredential, passkey.ErrCloned)
		n := 0
		for _, did := range deleted {
			if did {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d have deleted it", n)
		}
	})
}
