package twofactor

import (
	"crypto/subtle"
	"encoding/json"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// The places that texts are encrypted for, together with the id of the user.
const (
	placeSecret = "secret"
	placeCodes  = "backupCodes"
	placeOTP    = "otp"
)

// sealedPrefix begins what a SecretBox has encrypted.
const sealedPrefix = "enc:"

// seal encrypts a text of a user.
func (p *Plugin) seal(text, place string, userID authplugin.ID) string {
	if p.box == nil {
		return p.betterAuth.seal(text)
	}
	return p.box.Seal(text, ModelTwoFactor, place, string(userID))
}

// open decrypts what seal has made, or Better Auth.
func (p *Plugin) open(sealed, place string, userID authplugin.ID) (string, error) {
	if !strings.HasPrefix(sealed, sealedPrefix) {
		return p.betterAuth.open(sealed)
	}
	if p.box == nil {
		return "", authplugin.ErrSecretUnreadable
	}
	return p.box.Open(sealed, ModelTwoFactor, place, string(userID))
}

// sealCodes encrypts back-up codes, as the JSON that Better Auth has.
func (p *Plugin) sealCodes(codes []string, userID authplugin.ID) (string, error) {
	text, err := json.Marshal(codes)
	if err != nil {
		return "", err
	}
	return p.seal(string(text), placeCodes, userID), nil
}

// openCodes decrypts back-up codes.
func (p *Plugin) openCodes(sealed string, userID authplugin.ID) ([]string, error) {
	text, err := p.open(sealed, placeCodes, userID)
	if err != nil {
		return nil, err
	}
	var codes []string
	if json.Unmarshal([]byte(text), &codes) != nil {
		return nil, authplugin.ErrSecretUnreadable // its error would show a part of the codes
	}
	return codes, nil
}

// newCodes makes back-up codes, in the form of Better Auth: ab3De-fGh1J.
func (p *Plugin) newCodes() []string {
	codes := make([]string, p.options.BackupCodes)
	for i := range codes {
		code := authplugin.RandomText(p.options.BackupCodeLength)
		codes[i] = code[:5] + "-" + code[5:]
	}
	return codes
}

// without takes a code out of codes, and reports whether it was there. Spaces and
// hyphens do not count. It takes as long whichever code it is.
func without(codes []string, code string) (rest []string, ok bool) {
	code = plainCode(code)
	at := -1
	for i, c := range codes {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare([]byte(plainCode(c)), []byte(code)), i, at)
	}
	if at < 0 || code == "" {
		return codes, false
	}
	rest = append(rest, codes[:at]...)
	return append(rest, codes[at+1:]...), true
}

func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, code)
}
