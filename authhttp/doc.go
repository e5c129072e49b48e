// Package authhttp puts the rate limiter of authplugin in front of handlers of net/http,
// and finds out who a client is behind proxies.
//
//	limit := authhttp.RateLimit(auth, authhttp.BasePath("/api/auth"),
//		authhttp.TrustedProxies(netip.MustParsePrefix("10.0.0.0/8")))
//	http.ListenAndServe(":8080", limit(mux))
//
// A request over the limit is answered with 429 and Better Auth's body; every answer
// says what is left in the RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset
// headers of the IETF draft (version 03 to 06).
package authhttp
