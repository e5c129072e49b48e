package configfile_test

import (
	"reflect"
	"strings"
)

// typeOfThisModule lets cmp look into the types of the library.
func typeOfThisModule(t reflect.Type) bool {
	return strings.HasPrefix(t.PkgPath(), "github.com/gorm-auth/authplugin")
}
