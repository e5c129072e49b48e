package authcli

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/spf13/cobra"
)

const (
	defaultSecretBytes = 32
	minSecretBytes     = 16
	maxSecretBytes     = 1024
)

func (a *app) secretCommand() *cobra.Command {
	var size int
	c := &cobra.Command{
		Use:     "secret",
		Short:   "Make a random secret, such as for signing cookies",
		Long:    "Make a random secret, such as for signing cookies: bytes of the system's random\ngenerator in base64url, without padding.",
		Example: a.example("secret", "secret --bytes 64"),
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if size < minSecretBytes || size > maxSecretBytes {
				return usagef("--bytes must be from %d to %d", minSecretBytes, maxSecretBytes)
			}
			secret := make([]byte, size)
			_, _ = rand.Read(secret) // it never fails: crypto/rand ends the program instead
			a.say("%s", base64.RawURLEncoding.EncodeToString(secret))
			return nil
		},
	}
	c.Flags().IntVar(&size, "bytes", defaultSecretBytes, "how many `bytes`")
	return c
}
