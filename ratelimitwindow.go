package authplugin

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// windowSlots is how many slots a sliding window has.
	windowSlots = 16
	// keptSlots is how many ends of slots a counter knows: a slot counts until all of it
	// lies outside of the window, which the newest one, too, has entered in part only.
	keptSlots = windowSlots + 1
	// countCycle is where counts begin anew: nine digits are kept of each.
	countCycle  = 1_000_000_000
	countDigits = 9
	// longestSlidingWindow keeps the end of every window within what nanoseconds can tell.
	longestSlidingWindow = 100 * 365 * 24 * time.Hour
)

// windowState is the counter of a sliding window. Requests are counted through; how many
// a window holds is the difference of the counts at its two ends.
type windowState struct {
	// newest is the slot of the last request that was allowed. The first one began in
	// 1970.
	newest int64
	// count is how many requests were allowed, modulo countCycle.
	count int64
	// before are the counts at the ends of the slots before the newest, the oldest first.
	before [keptSlots]int64
}

// moved is the counter when a later slot is the newest. A clock that is behind that of
// others counts in their slot.
func (s windowState) moved(slot int64) windowState {
	steps := min(max(slot-s.newest, 0), keptSlots)
	if steps == 0 {
		return s
	}
	copy(s.before[:], s.before[steps:])
	for i := keptSlots - steps; i < keptSlots; i++ {
		s.before[i] = s.count
	}
	s.newest = slot
	return s
}

// within is how many requests the window that ends with the newest slot holds.
func (s windowState) within() int64 { return s.after(0) }

// after is how many of them are left so many slots later.
func (s windowState) after(slots int) int64 {
	if slots >= keptSlots {
		return 0
	}
	return (s.count - s.before[slots] + countCycle) % countCycle
}

// take counts a request unless the window is full.
func (s windowState) take(w WindowTake) (windowState, bool) {
	slot, _ := w.Slot()
	next := s.moved(slot)
	if next.within() >= int64(w.Max) {
		return s, false
	}
	next.count = (next.count + 1) % countCycle
	return next, true
}

// free is when the window surely has room.
func (s windowState) free(w WindowTake) time.Time {
	slots := 0
	for s.after(slots) >= int64(w.Max) {
		slots++
	}
	return w.begin(s.newest + int64(slots))
}

// gone is when nothing of the window counts any more.
func (s windowState) gone(w WindowTake) time.Time { return w.begin(s.newest + keptSlots) }

// decision is what a request is told, counted or not.
func (s windowState) decision(rule RateLimitRule, w WindowTake, taken bool) Decision {
	if !taken {
		return refused(rule, s.free(w).Sub(w.Now))
	}
	return allowed(rule, s.within())
}

// slots are the counts before the newest slot as text, all of the same length.
func (s windowState) slots() string {
	b := make([]byte, 0, keptSlots*countDigits)
	for _, n := range s.before {
		b = append(b, strconv.FormatInt(countCycle+n, 10)[1:]...)
	}
	return string(b)
}

// parseSlots reads what slots has written. It reports false for anything else.
func (s *windowState) parseSlots(text string) bool {
	if len(text) != keptSlots*countDigits || !isDigits(text) {
		return false
	}
	for i := range s.before {
		s.before[i], _ = strconv.ParseInt(text[i*countDigits:(i+1)*countDigits], 10, 64)
	}
	return true
}

// text is the counter as a storage keeps it.
func (s windowState) text() []byte {
	return fmt.Appendf(nil, "%d %0*d %s", s.newest, countDigits, s.count, s.slots())
}

// parseWindow reads what text has written. What is none counts nothing.
func parseWindow(text []byte) windowState {
	const longestSlot = 15
	newest, rest, _ := strings.Cut(string(text), " ")
	count, slots, _ := strings.Cut(rest, " ")
	var s windowState
	if len(newest) > longestSlot || len(count) != countDigits || !isDigits(newest) || !isDigits(count) || !s.parseSlots(slots) {
		return windowState{}
	}
	s.newest, _ = strconv.ParseInt(newest, 10, 64)
	s.count, _ = strconv.ParseInt(count, 10, 64)
	return s
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// windowOf is a rule as its sliding window takes a request.
func (r RateLimitRule) windowOf(now time.Time) WindowTake {
	return WindowTake{Max: r.Max, Window: r.Window, Now: now}
}

// slidingKey keeps the counters of sliding windows apart from fixed ones, and from those
// of other lengths, whose slots are others.
func slidingKey(key string, rule RateLimitRule) string {
	return "sliding:" + rule.Window.String() + ":" + key
}
