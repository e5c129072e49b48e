package databasestore

import (
	"crypto/sha256"
	"database/sql"
	"strconv"
	"time"
)

// entry is what a row holds: a value, or a counter in its place. A counter is a number
// to the database, so that it can be counted there in one statement, and its decimal
// text to the caller.
type entry struct {
	value   []byte
	counter sql.NullInt64
}

// bytes is the value, never nil.
func (e entry) bytes() []byte {
	switch {
	case e.counter.Valid:
		return strconv.AppendInt(nil, e.counter.Int64, 10)
	case e.value == nil:
		return []byte{}
	}
	return e.value
}

// columns are a value as the two columns have it: the one or the other is NULL.
func columns(value []byte) (bytes, count any) {
	if n, ok := counter(value); ok {
		return nil, n
	}
	if value == nil {
		value = []byte{}
	}
	return value, nil
}

// counter is a value that is exactly the decimal text of a number.
func counter(value []byte) (int64, bool) {
	if len(value) == 0 || len(value) > len("-9223372036854775808") {
		return 0, false
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == string(value)
}

// hash is what a key is stored as.
func hash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// milliseconds is a ttl in milliseconds, rounded up; zero for none.
func milliseconds(ttl time.Duration) int64 {
	if ttl <= 0 {
		return 0
	}
	whole := ttl.Milliseconds()
	if ttl%time.Millisecond != 0 {
		whole++
	}
	return whole
}
