package authplugin

import (
	"strings"
	"testing"
)

func TestRandomText(t *testing.T) {
	t.Parallel()
	counts := map[rune]int{}
	seen := map[string]bool{}
	const n = 4000
	for range n {
		s := randomText(randomIDSize)
		if len(s) != 32 || seen[s] {
			t.Fatalf("%q", s)
		}
		seen[s] = true
		for _, c := range s {
			counts[c]++
		}
	}
	// 4000*32/62 = 2064 times each; six standard deviations are 270.
	for _, c := range idAlphabet {
		if counts[c] < 1790 || counts[c] > 2340 {
			t.Errorf("%q came %d times", c, counts[c])
		}
	}
	if len(counts) != len(idAlphabet) || strings.ContainsFunc(randomText(100), func(r rune) bool { return !strings.ContainsRune(idAlphabet, r) }) {
		t.Errorf("%d characters", len(counts))
	}
}
