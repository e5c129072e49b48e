package authplugin

import (
	"context"
	"time"
)

// WindowStorage is an AtomicStorage that counts requests in sliding windows itself, in
// one round trip. With an AtomicStorage that is none, the library reads the counter and
// swaps it for the next one, again and again until nobody has come in between.
type WindowStorage interface {
	AtomicStorage
	// TakeWindow does at one moment what [WindowTake.Take] says: if there is room in the
	// window that the key holds, it stores the value with the request. It reports whether
	// it did, and returns what the key holds then. A key that holds what is no window
	// counts as absent. The value must not be evicted before it has expired.
	TakeWindow(ctx context.Context, key string, take WindowTake) (value []byte, taken bool, err error)
}

// WindowTake is a request that is to be counted in a sliding window.
//
// A window is kept as text: the number of its newest slot, how many requests were counted
// so far, modulo 1,000,000,000, with nine digits, and as many digits for each of the 17
// slots before the newest, the oldest first: how many had been counted at its end. The
// three are separated by spaces. A slot is a sixteenth of the window, and counts as long
// as any of it lies in the window.
type WindowTake struct {
	// Max is how many requests there may be in a Window, from 1 to 999,999,999.
	Max int
	// Window is from a millisecond to a hundred years; a fraction of a millisecond counts
	// as a whole one. One key is only used with one Window.
	Window time.Duration
	// Now is the time of the request, which counts to the millisecond. When it is
	// before the newest slot the request counts in that.
	Now time.Time
}

// Slot is the number of the slot that Now is in, and how long slots are. The first slot,
// 0, began in 1970.
func (w WindowTake) Slot() (number int64, length time.Duration) {
	const milli = int64(time.Millisecond)
	window := (int64(w.Window) + milli - 1) / milli * milli
	size := (window + windowSlots - 1) / windowSlots
	return max(w.Now.UnixMilli(), 0) * milli / size, time.Duration(size)
}

// begin is when a slot begins, in whole milliseconds.
func (w WindowTake) begin(slot int64) time.Time {
	const milli = int64(time.Millisecond)
	_, length := w.Slot()
	return time.UnixMilli((slot*int64(length) + milli - 1) / milli)
}

// Take counts the request in the window that a key holds, nil when it is absent, for
// storages that have no better way. It returns the new value and how long it lives, or
// reports that the window is full, and returns the value as it is.
func (w WindowTake) Take(held []byte) (value []byte, ttl time.Duration, taken bool) {
	next, taken := parseWindow(held).take(w)
	if !taken {
		return held, 0, false
	}
	return next.text(), next.gone(w).Sub(w.Now), true
}
