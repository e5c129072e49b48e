package authcli_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin/authcli"
)

func TestSecret(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tc := range []struct {
		args []string
		size int
	}{{nil, 32}, {nil, 32}, {[]string{"--bytes", "16"}, 16}, {[]string{"--bytes", "64"}, 64}} {
		r := run(t, authcli.Options{}, nil, append([]string{"secret"}, tc.args...)...)
		r.want(t, authcli.ExitOK)
		secret, err := base64.RawURLEncoding.DecodeString(strings.TrimSuffix(r.stdout, "\n"))
		if err != nil || len(secret) != tc.size {
			t.Errorf("%q: %d bytes, %v", r.stdout, len(secret), err)
		}
		if seen[r.stdout] || r.stderr != "" {
			t.Errorf("seen before, or a message: %q %q", r.stdout, r.stderr)
		}
		seen[r.stdout] = true
	}
}
