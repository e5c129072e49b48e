package generate

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
)

// The picture in the guide is that of the core schema.
func TestGoldenGuidePicture(t *testing.T) {
	t.Parallel()
	checkGolden(t, "../../docs/schema.svg", svg(describe(t, "postgres", authplugin.Config{}).Models()))
}

// Every line of the guide's examples is one that is generated, in their order.
func TestGuide(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{User: authplugin.ModelConfig{
		Table: "members",
		AdditionalFields: authplugin.Fields{
			"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
			"nick": {Type: authplugin.String, Optional: true},
		},
	}}
	s := describe(t, "postgres", cfg)
	guide, err := os.ReadFile("../../docs/generate.md")
	must(t, err)
	formats := map[string]func(io.Writer, *authplugin.Schema) error{
		"gorm":        func(w io.Writer, s *authplugin.Schema) error { return GORM(w, s, GORMOptions{}) },
		"better-auth": func(w io.Writer, s *authplugin.Schema) error { return BetterAuth(w, s, cfg) },
		"mermaid":     Mermaid, "dbml": DBML,
	}
	for section := range strings.SplitSeq(string(guide), "\n## ") {
		title, text, _ := strings.Cut(section, "\n")
		generator := formats[title]
		if generator == nil {
			continue
		}
		delete(formats, title)
		_, example, _ := strings.Cut(text, "\n```")
		example, _, _ = strings.Cut(example, "\n```\n")
		_, example, _ = strings.Cut(example, "\n") // the language
		var b bytes.Buffer
		must(t, generator(&b, s))
		rest := b.String()
		for line := range strings.SplitSeq(example, "\n") {
			_, after, ok := strings.Cut(rest, line+"\n")
			if !ok {
				t.Errorf("%s: there is no line %q, or not in this order", title, line)
				continue
			}
			rest = after
		}
	}
	if len(formats) > 0 {
		t.Errorf("the guide leaves out %v", formats)
	}
}
