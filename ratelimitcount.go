package authplugin

import "time"

// limitState is the counter of a fixed window, as Better Auth keeps it.
type limitState struct {
	count int64
	// last is the last request that was allowed, in milliseconds since 1970.
	last int64
}

// take counts a request, and says what the counter is then. A request that is not
// allowed leaves the counter as it is.
func (s limitState) take(rule RateLimitRule, now time.Time) (limitState, Decision) {
	window, at := rule.Window.Milliseconds(), now.UnixMilli()
	switch {
	case s.count == 0 || at-s.last >= window:
		s = limitState{count: 1, last: at}
	case s.count >= int64(rule.Max):
		return s, refused(rule, time.Duration(s.last+window-at)*time.Millisecond)
	default:
		s = limitState{count: s.count + 1, last: max(at, s.last)}
	}
	return s, allowed(rule, s.count)
}

// allowed is the decision about a request that has been counted, with all that count now.
func allowed(rule RateLimitRule, counted int64) Decision {
	return Decision{Allowed: true, Limit: rule.Max, Remaining: max(rule.Max-int(counted), 0), Window: rule.Window}
}

func refused(rule RateLimitRule, wait time.Duration) Decision {
	return Decision{Limit: rule.Max, Window: rule.Window, RetryAfter: max(wait, time.Millisecond)}
}
