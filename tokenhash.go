package authplugin

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

const hashPrefix = "sha256$"

func hashSecret(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hashPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

func isHashed(text string) bool { return strings.HasPrefix(text, hashPrefix) }
