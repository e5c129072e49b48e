package authplugin

import (
	"strings"
	"testing"
)

func TestIDScan(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		src  any
		want ID
	}{
		{nil, ""},
		{"abc", "abc"},
		{[]byte("42"), "42"},
		{int64(-7), "-7"},
		{[]byte("0123456789abcdef"), "0123456789abcdef"}, // text of 16 bytes
		{[16]byte{0xf, 0xe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, "0f0e0102-0304-0506-0708-090a0b0c0d0e"},
		// SQL Server hands out the first three groups in little-endian order.
		{[]byte{2, 1, 0xe, 0xf, 4, 3, 6, 5, 7, 8, 9, 10, 11, 12, 13, 14}, "0f0e0102-0304-0506-0708-090a0b0c0d0e"},
	} {
		var id ID
		if err := id.Scan(test.src); err != nil || id != test.want {
			t.Errorf("Scan(%v) = %q, %v, want %q", test.src, id, err, test.want)
		}
	}
	if err := new(ID).Scan(1.5); err == nil {
		t.Error("a float was taken for an id")
	}
}

func TestIDKindParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind idKind
		id   ID
		want any // nil when it is no id of the kind
	}{
		{textID, "a'b", "a'b"},
		{textID, "", nil},
		{textID, "a ", nil},
		{intID, "42", int64(42)},
		{intID, "-9223372036854775808", int64(-9223372036854775808)},
		{intID, "9223372036854775808", nil},
		{intID, "007", nil},
		{intID, "+7", nil},
		{intID, " 7", nil},
		{intID, "7e0", nil},
		{intID, "", nil},
		{uuidID, "0B7F9A6E-52c3-4d0e-8f10-92a4f6b1c3d5", "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"},
		{uuidID, "0b7f9a6e52c34d0e8f1092a4f6b1c3d5", nil},
		{uuidID, "{b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5", nil},
		{uuidID, "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5 ", nil},
	} {
		got, ok := test.kind.parse(test.id)
		if ok != (test.want != nil) || (ok && got != test.want) {
			t.Errorf("kind %d, id %q: %v, %v, want %v", test.kind, test.id, got, ok, test.want)
		}
	}
}

// FuzzIDParse: an id that is accepted is stored in the one form that reads back
// as the same id.
func FuzzIDParse(f *testing.F) {
	for _, seed := range []string{"0", "-0", "1", "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5", "1 OR 1=1", "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []idKind{textID, intID, uuidID} {
			v, ok := kind.parse(ID(s))
			if !ok {
				continue
			}
			var back ID
			if err := back.Scan(v); err != nil || !strings.EqualFold(string(back), s) {
				t.Fatalf("kind %d: %q became %v and was read back as %q, %v", kind, s, v, back, err)
			}
			if again, ok := kind.parse(back); !ok || again != v {
				t.Fatalf("kind %d: %q is stored as %v, then as %v", kind, s, v, again)
			}
		}
	})
}
