package generate

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
)

// constantDefault is the default that the library sets on create, as JSON. It is
// not ok when there is none or a function makes it.
func constantDefault(f authplugin.FieldInfo) (text string, ok bool) {
	if !f.HasDefault || f.Default == nil {
		return "", false
	}
	return jsonText(f.Default), true
}

// jsonText is a value as JSON on one line, with <, > and & as they are.
func jsonText(v any) string {
	if t, ok := v.(time.Time); ok {
		v = t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "null" // the schema has made sure that a default can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
