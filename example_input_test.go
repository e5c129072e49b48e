package authplugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gorm-auth/authplugin"
)

func ExampleAuth_ParseInput() {
	db, auth := open(authplugin.Config{
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
			"lang": {Type: authplugin.String, DefaultValue: "en"},
			"age":  {Type: authplugin.Number, Optional: true},
		}},
		AutoMigrate: true,
	})
	parse := func(body string) (authplugin.Values, error) {
		var input map[string]any
		if err := json.NewDecoder(strings.NewReader(body)).Decode(&input); err != nil {
			return nil, err
		}
		return auth.ParseInput(authplugin.ModelUser, input, authplugin.OperationCreate)
	}

	_, err := parse(`{"email": "ada@example.com", "role": "admin", "age": "36", "lnag": "fr"}`)
	var mistakes *authplugin.InputError
	if errors.As(err, &mistakes) {
		for _, m := range mistakes.Fields {
			fmt.Println(m.Field, m.Problem)
		}
	}

	values, err := parse(`{"name": "Ada", "email": "Ada@example.com", "age": 36}`)
	fmt.Println(values, err)
	fmt.Println(db.Model(&authplugin.User{}).Create(values).Error)
	// Output:
	// age must be a whole number of 32 bits, not string
	// lnag there is no such field; did you mean "lang"?
	// name is required
	// role cannot be set by a client
	// map[age:36 email:ada@example.com emailVerified:false lang:en name:Ada role:user] <nil>
	// <nil>
}

func ExampleAuth_Output() {
	_, auth := open(authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"notes": {Type: authplugin.String, Optional: true, Hidden: true},
	}}})
	token := "gho_secret"
	shown, err := auth.Output(authplugin.ModelUser, authplugin.Record{
		"id": "u1", "name": "Ada", "notes": "only for the server",
		"account": []authplugin.Record{{"providerId": "github", "accessToken": token}},
	})
	fmt.Println(shown, err)

	shown, err = auth.Output(authplugin.ModelAccount, &authplugin.Account{ID: "a1", ProviderID: "github", AccessToken: &token})
	fmt.Println(shown["providerId"], shown["accessToken"], err)
	// Output:
	// map[account:[map[providerId:github]] id:u1 name:Ada] <nil>
	// github <nil> <nil>
}

func ExampleScryptHasher() {
	var hasher authplugin.PasswordHasher = &authplugin.ScryptHasher{MaxConcurrent: 2}
	ctx := context.Background()
	const stored = "32fa89b8491abc0fc0718a94a7d6729e:1084d9a4a2e4c0005412aa4e8f2048dd09e4f2420eabea9935e5b4a57b3f0f599b0ff78c4ed9ad50eafcf635566e79aa0a63c4d0fd64a2afa5912ea8047555ca" // by Better Auth
	fmt.Println(hasher.Verify(ctx, stored, "correct horse battery staple"))
	fmt.Println(hasher.Verify(ctx, stored, "wrong"))
	// Output:
	// true <nil>
	// false <nil>
}

func ExampleArgon2idHasher() {
	hasher := &authplugin.Argon2idHasher{} // the parameters that OWASP recommends
	hash, err := hasher.Hash(context.Background(), "correct horse battery staple")
	fmt.Println(strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), err)
	// Output: true <nil>
}

// An application that moves from Better Auth's hashes to argon2id.
func ExampleMultiHasher() {
	hasher := authplugin.MultiHasher{&authplugin.Argon2idHasher{}, &authplugin.ScryptHasher{}}
	ctx := context.Background()
	stored := "32fa89b8491abc0fc0718a94a7d6729e:1084d9a4a2e4c0005412aa4e8f2048dd09e4f2420eabea9935e5b4a57b3f0f599b0ff78c4ed9ad50eafcf635566e79aa0a63c4d0fd64a2afa5912ea8047555ca"
	ok, err := hasher.Verify(ctx, stored, "correct horse battery staple")
	fmt.Println(ok, err, hasher.NeedsRehash(stored))
	if ok && hasher.NeedsRehash(stored) {
		stored, err = hasher.Hash(ctx, "correct horse battery staple")
	}
	fmt.Println(stored[:10], err, hasher.NeedsRehash(stored))
	// Output:
	// true <nil> true
	// $argon2id$ <nil> false
}
