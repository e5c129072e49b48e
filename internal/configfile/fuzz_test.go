package configfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gorm-auth/authplugin/internal/configfile"
)

// Whatever the file, it is a configuration that the library takes, or mistakes that
// stand at some place of it.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "mistakes/*.yaml", "../../../authcli/template/*.yaml"} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			f.Fatal("no files", err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(source)
		}
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		cfg, err := configfile.Read("f.yaml", source, plugins())
		if err == nil {
			if err := cfg.Validate(); err != nil {
				t.Fatalf("it was accepted: %v", err)
			}
			return
		}
		var mistakes *configfile.Error
		if !errors.As(err, &mistakes) || len(mistakes.Mistakes) == 0 {
			t.Fatalf("the error is %v", err)
		}
		for _, m := range mistakes.Mistakes {
			if m.Line < 0 || m.Column < 0 || m.Problem == "" {
				t.Errorf("mistake %+v", m)
			}
		}
	})
}
