package tests

import "os"

// fullScale reports whether tests whose numbers count run with all of them, see
// CONTRIBUTING.md.
func fullScale() bool { return os.Getenv("AUTHPLUGIN_TEST_SCALE") == "full" }

// scaled is a number that is smaller by default.
func scaled[T any](usual, full T) T {
	if fullScale() {
		return full
	}
	return usual
}
