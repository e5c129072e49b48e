// Package configfile reads a declarative configuration, authplugin.yaml, into an
// authplugin.Config. Its words are those of Better Auth; authcli/template has a file
// that shows them.
//
// Every mistake is reported at once, with file, line and column: syntax, unknown and
// repeated keys, values of the wrong type or none of the words that are known, and
// what authplugin.Config.Validate finds. Nothing in the file is expanded: ${NAME} is
// text like any other.
package configfile
