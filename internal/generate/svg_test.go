package generate

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
)

// crowd is a plugin with the tables of many plugins, each with its references.
type crowd struct{ models []string }

func (crowd) ID() string { return "crowd" }

func (c crowd) Schema() authplugin.PluginSchema {
	var schema authplugin.PluginSchema
	for i, line := range c.models {
		words := strings.Fields(line)
		m := authplugin.PluginModel{Name: words[0], Fields: authplugin.Fields{"createdAt": {Type: authplugin.Date}}}
		for n := range 1 + i*5%7 {
			m.Fields[[]string{"name", "description", "secret", "status", "expiresAt", "metadata", "remaining"}[n]] = authplugin.Field{Type: authplugin.String, Optional: n%2 == 0}
		}
		for _, target := range words[1:] {
			name, nullable := strings.CutSuffix(target, "?")
			m.Fields[name+"Id"] = authplugin.Field{Type: authplugin.String, Optional: nullable, References: &authplugin.Reference{Model: name}}
		}
		schema.Models = append(schema.Models, m)
	}
	return schema
}

// crowdOf has about as many tables as asked for, with the references of Better
// Auth's plugins.
func crowdOf(tables int) authplugin.Config {
	models := []string{
		"organization", "member user organization", "invitation organization user", "team organization", "teamMember team user",
		"twoFactor user", "passkey user", "apiKey user", "oauthApplication user?", "oauthAccessToken oauthApplication user? session?",
		"oauthConsent oauthApplication user", "jwks", "ssoProvider user? organization?", "deviceCode user?", "walletAddress user",
		"subscription organization?", "organizationRole organization", "auditEvent user? session?", "scimProvider organization", "consentScope oauthConsent",
		"invoice subscription", "invoiceLine invoice", "webhook organization", "webhookDelivery webhook", "featureFlag",
	}
	for i := 1; len(models) < tables; i++ {
		models = append(models, fmt.Sprintf("extra%d %s", i, []string{"user", "team", "organization", "invoice user?", ""}[i%5]))
	}
	return authplugin.Config{Plugins: []authplugin.Plugin{crowd{models[:max(0, tables-4)]}}}
}

// A picture with few and with many tables is well-formed, no box covers another
// and no edge runs through a box.
func TestSVGLayout(t *testing.T) {
	t.Parallel()
	configs := cases()
	for _, n := range []int{5, 12, 20, 30, 40} {
		configs[fmt.Sprintf("%d tables", n)] = crowdOf(n)
	}
	for name, cfg := range configs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			models := describe(t, "postgres", cfg).Models()
			d := layOut(models)
			for i, a := range d.boxes {
				if a.x < 0 || a.y < 0 || a.x+a.w > d.width || a.y+a.h > d.height {
					t.Errorf("%s is outside of the picture", a.model.Table)
				}
				for _, b := range d.boxes[:i] {
					if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
						t.Errorf("%s and %s overlap", a.model.Table, b.model.Table)
					}
				}
			}
			for _, e := range d.edges {
				if len(e.path) < 2 {
					t.Errorf("%s has no way", e.column.Constraint)
				}
				for i := 1; i < len(e.path); i++ {
					for _, b := range d.boxes {
						if crosses(e.path[i-1], e.path[i], b) {
							t.Errorf("%s runs through %s", e.column.Constraint, b.model.Table)
						}
					}
				}
			}
			checkXML(t, svg(models))
		})
	}
}

// crosses reports whether a straight piece of an edge runs inside of a box.
func crosses(a, c point, b box) bool {
	return min(a.x, c.x) < b.x+b.w && max(a.x, c.x) > b.x && min(a.y, c.y) < b.y+b.h && max(a.y, c.y) > b.y
}

// checkXML parses a picture, and refuses what would fetch or run something.
func checkXML(t *testing.T, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch element.Name.Local {
		case "svg", "title", "style", "rect", "g", "path", "text", "circle":
		default:
			t.Errorf("an element %s", element.Name.Local)
		}
		for _, a := range element.Attr {
			if strings.Contains(a.Name.Local, "href") || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("an attribute %s", a.Name.Local)
			}
		}
	}
}
