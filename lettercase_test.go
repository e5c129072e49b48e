package authplugin

import "testing"

func TestLowerCase(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Ada@Example.COM": "ada@example.com", "ÄDÁ": "ädá", "ΑΒΓ": "αβγ",
		"mi\u212Ae@example.com": "mi\u212Ae@example.com", "m\u0130ke": "m\u0130ke", "a\x00B": "a\x00b", "A\xff": "A\xff",
	} {
		if got := lowerCase(text); got != want {
			t.Errorf("lowerCase(%q) = %q, want %q", text, got, want)
		}
		if got := lowerCase(lowerCase(text)); got != want {
			t.Errorf("lowerCase twice (%q) = %q, want %q", text, got, want)
		}
	}
}
