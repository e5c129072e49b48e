package authplugin

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin/internal/urlpath"
)

// RateLimitRule limits how often one client may call some paths.
type RateLimitRule struct {
	// Path is that of the requests, without the base path: "/two-factor/verify-otp".
	// A * stands for any text within one segment, ** for any text. Case and a slash at
	// the end do not matter.
	Path string
	// PerPath gives each path that fits the wildcards a counter of its own, as in Better
	// Auth. Without it all have one together: who makes up paths gets no more.
	PerPath bool
	// Max is how many requests a client has in a Window. Both are positive, unless the
	// rule is Disabled.
	Max    int
	Window time.Duration
	// Algorithm defaults to [RateLimitConfig.Algorithm].
	Algorithm RateLimitAlgorithm
	// Disabled lifts every limit of the paths.
	Disabled bool
}

// RateLimitPlugin is a [Plugin] whose paths have limits of their own.
type RateLimitPlugin interface {
	Plugin
	// RateLimits returns the rules, the same on every call. Those of the application
	// come before them.
	RateLimits() []RateLimitRule
}

// betterAuthRules are those that Better Auth has for its own paths.
func betterAuthRules() []RateLimitRule {
	signIn := func(path string) RateLimitRule {
		return RateLimitRule{Path: path, PerPath: true, Window: 10 * time.Second, Max: 3}
	}
	mail := func(path string) RateLimitRule {
		return RateLimitRule{Path: path, PerPath: true, Window: time.Minute, Max: 3}
	}
	return []RateLimitRule{
		signIn("/sign-in**"), signIn("/sign-up**"), signIn("/change-password**"), signIn("/change-email**"),
		mail("/request-password-reset"), mail("/send-verification-email"), mail("/forget-password**"),
		mail("/email-otp/send-verification-otp"), mail("/email-otp/request-password-reset"),
	}
}

// rateLimitRules are all rules, in the order in which they are asked.
func (c Config) rateLimitRules() []RateLimitRule {
	rules := append([]RateLimitRule{}, c.RateLimit.Rules...)
	for _, p := range c.Plugins {
		if limited, ok := p.(RateLimitPlugin); ok {
			rules = append(rules, limited.RateLimits()...)
		}
	}
	rules = append(rules, betterAuthRules()...)
	rules = append(rules, c.RateLimit.defaultRule())
	for i := range rules {
		if rules[i].Algorithm == "" {
			rules[i].Algorithm = c.RateLimit.Algorithm
		}
		rules[i].Path = urlpath.Clean(rules[i].Path)
	}
	return rules
}

// ruleOf is the rule of a path, in the form that rules have.
func (l *rateLimits) ruleOf(path string) RateLimitRule {
	for _, rule := range l.rules {
		if matchesPath(rule.Path, path) {
			return rule
		}
	}
	return l.rules[len(l.rules)-1]
}

// rule is the rule of a request for one form of its path, and what of its key stands for
// the path.
func (l *rateLimits) rule(ctx context.Context, request RateLimitRequest, path string) (RateLimitRule, string) {
	found := l.ruleOf(path)
	if l.custom != nil {
		rule := l.custom(ctx, request, found)
		if rule.Path == "" {
			rule.Path, rule.PerPath = found.Path, found.PerPath
		}
		found = rule
	}
	if !found.PerPath {
		path = found.Path
	}
	return found, path
}

// matchesPath reports whether a path fits a pattern. It takes time in proportion to
// both together, whoever has chosen the path.
func matchesPath(pattern, path string) bool {
	for pattern != "" {
		if pattern[0] != '*' {
			if path == "" || path[0] != pattern[0] {
				return false
			}
			pattern, path = pattern[1:], path[1:]
			continue
		}
		return matchesStars(pattern, path)
	}
	return path == ""
}

// matchesStars is matchesPath for a pattern that begins with a star: it goes back to the
// last star only, or to the last double one.
func matchesStars(pattern, path string) bool {
	type place struct{ pattern, path int }
	single, double := place{-1, 0}, place{-1, 0}
	at := place{0, 0}
	for at.path < len(path) || at.pattern < len(pattern) {
		rest := pattern[at.pattern:]
		switch {
		case strings.HasPrefix(rest, "**"):
			double, single = place{at.pattern + 2, at.path}, place{-1, 0}
			at = double
			continue
		case strings.HasPrefix(rest, "*"):
			single = place{at.pattern + 1, at.path}
			at = single
			continue
		case rest != "" && at.path < len(path) && rest[0] == path[at.path]:
			at.pattern++
			at.path++
			continue
		}
		switch {
		case single.pattern >= 0 && single.path < len(path) && path[single.path] != '/':
			single.path++
			at = single
		case double.pattern >= 0 && double.path < len(path):
			double.path++
			single = place{-1, 0}
			at = double
		default:
			return false
		}
	}
	return true
}

// checkRateLimits finds mistakes in the rules of plugins.
func (b *schemaBuilder) checkRateLimits() {
	for _, p := range b.plugins {
		limited, ok := p.Plugin.(RateLimitPlugin)
		if !ok {
			continue
		}
		for i, rule := range limited.RateLimits() {
			b.checkRule(fmt.Sprintf("%s.RateLimits()[%d]", p.path, i), rule)
		}
	}
}

func (b *schemaBuilder) checkRule(path string, rule RateLimitRule) {
	if !strings.HasPrefix(rule.Path, "/") {
		b.errorf(path+".Path", "%q does not begin with /", rule.Path)
	}
	b.checkAlgorithm(path+".Algorithm", rule.Algorithm)
	if rule.Disabled {
		return
	}
	if rule.Max <= 0 {
		b.errorf(path+".Max", "must be positive")
	}
	if rule.Window < time.Millisecond {
		b.errorf(path+".Window", "is %v; it must be a millisecond at least", rule.Window)
	}
	cfg := b.cfg.RateLimit
	if cmp.Or(rule.Algorithm, cfg.Algorithm) == SlidingWindow {
		if rule.Max >= countCycle {
			b.errorf(path+".Max", "must be less than %d in a sliding window", countCycle)
		}
		if rule.Window > longestSlidingWindow {
			b.errorf(path+".Window", "must not be longer than a hundred years")
		}
	}
	if cfg.KeepFor > 0 && cfg.KeepFor < rule.Window {
		b.errorf(path+".Window", "is longer than RateLimit.KeepFor, so that its counters would be deleted too early")
	}
}
