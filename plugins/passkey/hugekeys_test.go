package passkey_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// hugeRSA has a public key as large as a response takes, and signs with rubbish.
type hugeRSA struct{ public *rsa.PublicKey }

func (h hugeRSA) Public() crypto.PublicKey { return h.public }

func (h hugeRSA) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	signature := make([]byte, h.public.Size())
	signature[1], signature[len(signature)-1] = 3, 2
	return signature, nil
}

func rsaOf(t *testing.T, size int) hugeRSA {
	t.Helper()
	n := make([]byte, size)
	_, err := rand.Read(n)
	must(t, err)
	n[0], n[size-1] = 0xff, n[size-1]|1
	return hugeRSA{&rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}}
}

// A key that would take seconds to verify with is not registered, and not used where it
// is in the table.
func TestHugeKeys(t *testing.T) {
	t.Parallel()
	for size, registered := range map[int]bool{256: true, 1024: true, 1200: false, 34_000: false} {
		f := newFixture(t, sqlite{}, options(), nil)
		ctx := t.Context()
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		f.device.algorithm = rs256
		o := parse[creation](t, begun.Options)
		k := &key{id: make([]byte, 32), handle: unbase64(t, o.User.ID), rpID: o.RP.ID, private: rsaOf(t, size)}
		_, err = rand.Read(k.id)
		must(t, err)
		f.device.keys[base64url(k.id)] = k
		_, err = f.FinishRegistration(ctx, f.user.ID, begun.Token, f.device.attest(t, k, o.Challenge), "")
		if (err == nil) != registered || err != nil && !errors.Is(err, passkey.ErrRegistrationFailed) {
			t.Errorf("a key of %d bytes: %v", size, err)
		}
	}
	f := newFixture(t, sqlite{}, options(), nil)
	row := f.register(t)
	large := base64.StdEncoding.EncodeToString(make([]byte, 34_000))
	_, err := authplugin.RowsOf[passkey.Passkey](f.auth).Update(t.Context(), row.ID, authplugin.Values{"publicKey": large})
	must(t, err)
	token, response := f.answer(t)
	if signedIn, err := f.FinishSignIn(t.Context(), token, response); err == nil {
		t.Errorf("signed in with a huge key: %v", signedIn)
	}
}

// A challenge that asked for less is told by the result.
func TestWeakerChallenge(t *testing.T) {
	t.Parallel()
	f := newFixture(t, sqlite{}, options(), nil)
	f.register(t)
	f.device.flags = flagUserPresent // whoever holds it, without a PIN or a finger
	weak, err := f.BeginSignInAs(t.Context(), f.user.ID, passkey.SignInOptions{UserVerification: passkey.Discouraged})
	must(t, err)
	signedIn, err := f.FinishSignInAs(t.Context(), f.user.ID, weak.Token, f.device.get(t, weak.Options))
	must(t, err)
	if signedIn.UserVerified {
		t.Error("a user is said to be verified who was not")
	}
}
