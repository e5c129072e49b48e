package passkey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
)

// The flags of authenticator data.
const (
	flagUserPresent    = 1 << 0
	flagUserVerified   = 1 << 2
	flagBackupEligible = 1 << 3
	flagBackedUp       = 1 << 4
	flagAttested       = 1 << 6
)

// authenticator is a browser with an authenticator in software: it keeps private keys
// and answers to ceremonies as WebAuthn says. Its fields let it misbehave.
type authenticator struct {
	origin     string
	rpID       string
	aaguid     [16]byte
	transports []string
	flags      byte
	// algorithm is that of new keys, a number of COSE.
	algorithm int
	// counts says that it counts how often it signs.
	counts bool
	// forgetful says that it keeps no passkeys, so that it has to be told which to use.
	forgetful bool
	// keys are by credential id.
	keys map[string]*key
	// idLength is the length of credential ids.
	idLength int
	// selfAttested says that it signs what it says of itself, with the new key.
	selfAttested bool
	// data changes authenticator data before it is signed, the others what is sent.
	data      func(data []byte) []byte
	statement func(statement map[string]any)
	client    func(client map[string]any)
	sent      func(credential map[string]any)
}

// key is a private key of an authenticator.
type key struct {
	id      []byte
	handle  []byte
	rpID    string
	private crypto.Signer
	counter uint32
}

func newAuthenticator() *authenticator {
	return &authenticator{
		origin: "https://example.com", rpID: "example.com", transports: []string{"internal", "hybrid"},
		flags: flagUserPresent | flagUserVerified, algorithm: es256, counts: true, keys: map[string]*key{}, idLength: 32,
		aaguid: [16]byte{0xea, 0x9b, 0x8d, 0x66, 0x4d, 0x01, 0x1d, 0x21, 0x3c, 0xe4, 0xb6, 0xb4, 0x8c, 0xb5, 0x75, 0xd4},
	}
}

// The algorithms of COSE.
const (
	es256 = -7
	eddsa = -8
	rs256 = -257
)

// creation are the options of a registration, as far as an authenticator reads them.
type creation struct {
	Challenge string
	RP        struct{ ID, Name string }
	User      struct{ ID, Name, DisplayName string }

	PubKeyCredParams []struct {
		Type string
		Alg  int
	}
	Timeout            int
	ExcludeCredentials []descriptor

	AuthenticatorSelection struct {
		AuthenticatorAttachment, ResidentKey, UserVerification string
		RequireResidentKey                                     bool
	}
	Attestation string
}

type descriptor struct {
	Type, ID   string
	Transports []string
}

// request are the options of a sign-in.
type request struct {
	Challenge        string
	RPID             string `json:"rpId"`
	Timeout          int
	AllowCredentials []descriptor
	UserVerification string
}

func parse[T any](t testing.TB, options []byte) (parsed T) {
	t.Helper()
	must(t, json.Unmarshal(options, &parsed))
	return parsed
}

// create answers to the options of a registration.
func (a *authenticator) create(t testing.TB, options []byte) []byte {
	t.Helper()
	o := parse[creation](t, options)
	for _, excluded := range o.ExcludeCredentials {
		if a.keys[excluded.ID] != nil {
			t.Fatal("the authenticator has a passkey of this account already")
		}
	}
	if o.RP.ID != a.rpID {
		t.Fatalf("the RPID is %q", o.RP.ID)
	}
	if !slices.ContainsFunc(o.PubKeyCredParams, func(p struct {
		Type string
		Alg  int
	},
	) bool {
		return p.Alg == a.algorithm
	}) {
		t.Fatalf("the algorithm %d is not wanted", a.algorithm)
	}
	k := &key{id: make([]byte, a.idLength), handle: unbase64(t, o.User.ID), rpID: o.RP.ID, private: newKey(t, a.algorithm)}
	_, _ = rand.Read(k.id)
	a.keys[base64.RawURLEncoding.EncodeToString(k.id)] = k
	return a.attest(t, k, o.Challenge)
}

// attest makes the response to a registration of a key.
func (a *authenticator) attest(t testing.TB, k *key, challenge string) []byte {
	t.Helper()
	data := a.authenticatorData(k, a.flags|flagAttested)
	data = append(data, a.aaguid[:]...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(data, k.id...)
	data = append(data, cose(t, k.private.Public())...)
	if a.data != nil {
		data = a.data(data)
	}
	client := a.clientData(t, "webauthn.create", challenge)
	object := map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data}
	if a.selfAttested {
		statement := map[string]any{"alg": a.algorithm, "sig": k.sign(t, data, client)}
		if a.statement != nil {
			a.statement(statement)
		}
		object["fmt"], object["attStmt"] = "packed", statement
	}
	encoded, err := cbor.Marshal(object)
	must(t, err)
	return a.send(t, k, map[string]any{
		"clientDataJSON": base64url(client), "attestationObject": base64url(encoded), "transports": a.transports,
	})
}

// get answers to the options of a sign-in: with a passkey that is allowed, or that it
// keeps for the RPID.
func (a *authenticator) get(t testing.TB, options []byte) []byte {
	t.Helper()
	o := parse[request](t, options)
	for _, k := range a.keys {
		allowed := slices.ContainsFunc(o.AllowCredentials, func(d descriptor) bool { return d.ID == base64url(k.id) })
		if k.rpID == o.RPID && (allowed || len(o.AllowCredentials) == 0 && !a.forgetful) {
			return a.assert(t, k, o.Challenge)
		}
	}
	t.Fatal("the authenticator has no passkey")
	return nil
}

// assert makes the response to a sign-in with a key.
func (a *authenticator) assert(t testing.TB, k *key, challenge string) []byte {
	t.Helper()
	if a.counts {
		k.counter++
	}
	data := a.authenticatorData(k, a.flags)
	if a.data != nil {
		data = a.data(data)
	}
	client := a.clientData(t, "webauthn.get", challenge)
	response := map[string]any{
		"clientDataJSON": base64url(client), "authenticatorData": base64url(data), "signature": base64url(k.sign(t, data, client)),
	}
	if !a.forgetful {
		response["userHandle"] = base64url(k.handle)
	}
	return a.send(t, k, response)
}

// authenticatorData is the beginning of it, up to the counter.
func (a *authenticator) authenticatorData(k *key, flags byte) []byte {
	hash := sha256.Sum256([]byte(a.rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.counter)
}

func (a *authenticator) clientData(t testing.TB, kind, challenge string) []byte {
	t.Helper()
	client := map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false}
	if a.client != nil {
		a.client(client)
	}
	encoded, err := json.Marshal(client)
	must(t, err)
	return encoded
}

// send is the credential as a browser sends it.
func (a *authenticator) send(t testing.TB, k *key, response map[string]any) []byte {
	t.Helper()
	credential := map[string]any{
		"id": base64url(k.id), "rawId": base64url(k.id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	}
	if a.sent != nil {
		a.sent(credential)
	}
	encoded, err := json.Marshal(credential)
	must(t, err)
	return encoded
}

// only is the one key that it has.
func (a *authenticator) only(t testing.TB) *key {
	t.Helper()
	if len(a.keys) != 1 {
		t.Fatalf("%d keys", len(a.keys))
	}
	for _, k := range a.keys {
		return k
	}
	return nil
}

func newKey(t testing.TB, algorithm int) crypto.Signer {
	t.Helper()
	var signer crypto.Signer
	var err error
	switch algorithm {
	case es256:
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case eddsa:
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	default:
		signer, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	must(t, err)
	return signer
}

// sign signs as an authenticator does: its data, and the hash of the browser's.
func (k *key) sign(t testing.TB, data, client []byte) []byte {
	t.Helper()
	hash := sha256.Sum256(client)
	message := append(slices.Clone(data), hash[:]...)
	options, digest := crypto.SignerOpts(crypto.SHA256), sha256.Sum256(message)
	signed := digest[:]
	if _, ok := k.private.(ed25519.PrivateKey); ok {
		options, signed = crypto.Hash(0), message
	}
	signature, err := k.private.Sign(rand.Reader, signed, options)
	must(t, err)
	return signature
}

// cose encodes a public key as COSE does.
func cose(t testing.TB, public crypto.PublicKey) []byte {
	t.Helper()
	var members map[int]any
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		must(t, err)
		members = map[int]any{1: 2, 3: es256, -1: 1, -2: point[1:33], -3: point[33:]}
	case ed25519.PublicKey:
		members = map[int]any{1: 1, 3: eddsa, -1: 6, -2: []byte(k)}
	case *rsa.PublicKey:
		members = map[int]any{1: 3, 3: rs256, -1: k.N.Bytes(), -2: []byte{1, 0, 1}}
	}
	mode, err := cbor.CTAP2EncOptions().EncMode()
	must(t, err)
	encoded, err := mode.Marshal(members)
	must(t, err)
	return encoded
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func unbase64(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(text)
	must(t, err)
	return data
}

func wantEqual(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
