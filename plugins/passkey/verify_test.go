package passkey

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
)

// ceremonyOf is one that Better Auth has done, see testdata/betterauth.mjs.
type ceremonyOf struct {
	Challenge string          `json:"challenge"`
	Response  json.RawMessage `json:"response"`
}

type betterAuthPasskey struct {
	Row          Passkey    `json:"row"`
	Registration ceremonyOf `json:"registration"`
	SignIn       ceremonyOf `json:"signIn"`
}

func betterAuthPasskeys(f *testing.F) []betterAuthPasskey {
	f.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "betterauth.json"))
	if err != nil {
		f.Fatal(err)
	}
	var file struct {
		Passkeys []betterAuthPasskey `json:"passkeys"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		f.Fatal(err)
	}
	return file.Passkeys
}

func fuzzedPlugin() *Plugin {
	return New(Options{RPID: "example.com", Origins: []string{"https://example.com"}})
}

// Whatever a client sends is an error, or a credential that can be stored. No panic of
// the parser gets through.
func FuzzVerifyRegistration(f *testing.F) {
	all, p := betterAuthPasskeys(f), fuzzedPlugin()
	for i, known := range all {
		if _, err := p.verifyRegistration(challenge{Challenge: known.Registration.Challenge}, known.Registration.Response); err != nil {
			f.Fatal(err)
		}
		f.Add(i, []byte(known.Registration.Response))
	}
	f.Fuzz(func(t *testing.T, i int, response []byte) {
		if i < 0 || i >= len(all) {
			return
		}
		credential, err := p.verifyRegistration(challenge{Challenge: all[i].Registration.Challenge}, response)
		if err != nil {
			return
		}
		row, err := newPasskey("1", credential, "")
		if err != nil {
			return
		}
		again, err := row.credential()
		if err != nil || len(again.ID) == 0 || !bytes.Equal(again.ID, credential.ID) || !bytes.Equal(again.PublicKey, credential.PublicKey) {
			t.Errorf("%q: stored %v, read %v, %v", response, row, again, err)
		}
	})
}

// Nothing signs in but what the authenticator has signed.
func FuzzVerifySignIn(f *testing.F) {
	all, p := betterAuthPasskeys(f), fuzzedPlugin()
	verify := func(i int, response []byte) (*protocol.ParsedCredentialAssertionData, error) {
		parsed, err := parseAssertion(response)
		if err != nil {
			return nil, err
		}
		credential, err := all[i].Row.credential()
		if err != nil {
			return nil, err
		}
		return parsed, p.verifySignIn(challenge{Challenge: all[i].SignIn.Challenge}, credential, parsed)
	}
	signed := make([]*protocol.ParsedCredentialAssertionData, len(all))
	for i, known := range all {
		var err error
		if signed[i], err = verify(i, known.SignIn.Response); err != nil {
			f.Fatal(err)
		}
		f.Add(i, []byte(known.SignIn.Response))
	}
	f.Fuzz(func(t *testing.T, i int, response []byte) {
		if i < 0 || i >= len(all) {
			return
		}
		parsed, err := verify(i, response)
		if err != nil {
			return
		}
		got, want := parsed.Raw.AssertionResponse, signed[i].Raw.AssertionResponse
		if !bytes.Equal(got.AuthenticatorData, want.AuthenticatorData) || !bytes.Equal(got.ClientDataJSON, want.ClientDataJSON) ||
			!bytes.Equal(parsed.RawID, signed[i].RawID) {
			t.Errorf("%q signs in", response)
		}
	})
}
