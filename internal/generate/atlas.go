package generate

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// atlasSum is the name of the file that atlas keeps hashes in.
const atlasSum = "atlas.sum"

// Atlas writes a plan as migrations of atlas (ariga.io/atlas): VERSION_name.sql,
// and last atlas.sum over them and those in [FileOptions.Existing]. There are no
// down files: atlas' layout has none, it computes them. What PostgreSQL cannot run
// in a transaction has files of its own, one for each step. The errors are those
// of [Script], and those of reading the folder.
func Atlas(plan *authplugin.Plan, o FileOptions) ([]File, error) {
	if err := checkPlan(plan); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	var files []File
	for i, m := range migrations(plan, o) {
		// Directives of a file are told from those of a statement by an empty line.
		var head string
		if m.alone {
			head += "-- atlas:txmode none\n\n"
		}
		if m.drift {
			head += driftNotice + "\n"
		}
		files = append(files, File{Name: o.fileName(i, m) + ".sql", Content: []byte(head + text(plan.Dialect, m.up))})
	}
	if len(files) == 0 {
		return nil, nil
	}
	all, err := withExisting(files, o.Existing)
	if err != nil {
		return nil, err
	}
	return append(files, File{Name: atlasSum, Content: sumOf(all)}), nil
}

// withExisting is files with those of their folder.
func withExisting(files []File, folder fs.FS) ([]File, error) {
	all := slices.Clone(files)
	if folder == nil {
		return all, nil
	}
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("authplugin: cannot read the folder of the migrations for %s: %w", atlasSum, err)
	}
	for _, name := range names {
		if slices.ContainsFunc(files, func(f File) bool { return f.Name == name }) {
			continue // it is written anew
		}
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("authplugin: cannot read the migration %s for %s: %w", name, atlasSum, err)
		}
		all = append(all, File{Name: name, Content: content})
	}
	return all, nil
}

// sumOf is atlas' hash of a folder: a line for each file with the SHA-256 of the
// names and contents of all files up to it, and one above for these lines. A file
// whose first line has atlas:sum ignore counts with its name only.
// https://github.com/ariga/atlas/blob/master/sql/migrate/dir.go
func sumOf(files []File) []byte {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	directive := regexp.MustCompile(`^[ -~]*atlas:(\w+)(?: +(.+))*`)
	var lines strings.Builder
	each, total := sha256.New(), sha256.New()
	for _, f := range files {
		each.Write([]byte(f.Name))
		if d := directive.FindSubmatch(f.Content); d != nil && string(d[1]) == "sum" && string(d[2]) == "ignore" {
			continue
		}
		each.Write(f.Content)
		hash := base64.StdEncoding.EncodeToString(each.Sum(nil))
		fmt.Fprintf(&lines, "%s h1:%s\n", f.Name, hash)
		total.Write([]byte(f.Name + hash))
	}
	return []byte("h1:" + base64.StdEncoding.EncodeToString(total.Sum(nil)) + "\n" + lines.String())
}
