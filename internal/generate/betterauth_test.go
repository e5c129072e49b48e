package generate

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// asModule makes of the TypeScript the JavaScript that it is but for the types.
func asModule(t *testing.T, source string) string {
	t.Helper()
	const importLine, satisfies = "import type { BetterAuthOptions } from \"better-auth\";\n", " satisfies BetterAuthOptions;\n"
	if strings.Count(source, importLine) != 1 || strings.Count(source, satisfies) != 1 {
		t.Fatalf("the types are not where they are expected:\n%s", source)
	}
	return strings.Replace(strings.Replace(source, importLine, "", 1), satisfies, ";\n", 1)
}

// evaluate has Node read the options and hand them back as JSON.
func evaluate(t *testing.T, source string) map[string]any {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node to read TypeScript with: apt-get install nodejs")
	}
	path := filepath.Join(t.TempDir(), "options.mjs")
	show := "\nconsole.log(JSON.stringify({ authOptions, pluginSchemas: typeof pluginSchemas === 'undefined' ? null : pluginSchemas }));\n"
	must(t, os.WriteFile(path, []byte(asModule(t, source)+show), 0o600))
	out, err := exec.CommandContext(t.Context(), node, path).CombinedOutput()
	if err != nil {
		t.Fatalf("node refuses the options: %v\n%s\n%s", err, out, source)
	}
	var values map[string]any
	must(t, json.Unmarshal(out, &values))
	return values
}

func TestBetterAuthIsJavaScript(t *testing.T) {
	t.Parallel()
	for name, cfg := range cases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			models := describe(t, "postgres", cfg).Models()
			options, ok := evaluate(t, betterAuth(models, nil, cfg))["authOptions"].(map[string]any)
			if !ok {
				t.Fatal("there are no options")
			}
			// Every table and column of the core is where Better Auth looks for it.
			for _, m := range models {
				if m.Origin != authplugin.OriginCore {
					continue
				}
				table, columns := betterAuthNames(options, m)
				// A database schema is the connection's matter.
				if want := m.Table[strings.LastIndex(m.Table, ".")+1:]; table != want {
					t.Errorf("%s is in %s, want %s", m.Name, table, want)
				}
				for _, f := range m.Fields {
					if strings.HasPrefix(f.Origin, authplugin.OriginPlugin) || f.Type == "opaque" || f.Primary {
						continue
					}
					if columns[f.Name] != f.Column {
						t.Errorf("%s.%s is in %q, want %s", m.Name, f.Name, columns[f.Name], f.Column)
					}
				}
			}
		})
	}
}

// betterAuthNames are the names that Better Auth takes from its options.
func betterAuthNames(options map[string]any, m authplugin.ModelInfo) (table string, columns map[string]string) {
	object, _ := options[m.Name].(map[string]any)
	table, columns = m.Name, map[string]string{}
	if name, ok := object["modelName"].(string); ok {
		table = name
	}
	for _, f := range m.Fields {
		if f.Origin == authplugin.OriginCore {
			columns[f.Name] = f.Name
		}
	}
	fields, _ := object["fields"].(map[string]any)
	for name, column := range fields {
		columns[name], _ = column.(string)
	}
	additional, _ := object["additionalFields"].(map[string]any)
	for name, field := range additional {
		columns[name] = name
		if attributes, _ := field.(map[string]any); attributes["fieldName"] != nil {
			columns[name], _ = attributes["fieldName"].(string)
		}
	}
	return table, columns
}

func TestHostileBetterAuth(t *testing.T) {
	t.Parallel()
	values := evaluate(t, betterAuth(hostileModels(), nil, authplugin.Config{}))
	want := map[string]any{
		"authOptions": map[string]any{"user": map[string]any{
			"modelName": "t" + hostile,
			"additionalFields": map[string]any{"f" + hostile: map[string]any{
				"type": []any{hostile, "x"}, "fieldName": "c" + hostile, "defaultValue": hostile,
			}},
		}, "advanced": map[string]any{"database": map[string]any{}}},
		"pluginSchemas": map[string]any{hostile: map[string]any{"pet" + hostile: map[string]any{
			"modelName": "p" + hostile, "fields": map[string]any{"owner": "o" + hostile},
		}}},
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Error(diff)
	}
}
