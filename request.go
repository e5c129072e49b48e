package authplugin

import "context"

// Request is what the application knows about the request that it serves.
type Request struct {
	// ID identifies the request in logs.
	ID string
	// IPAddress and UserAgent are those of the client.
	IPAddress, UserAgent string
	// Method and Path are those of HTTP.
	Method, Path string
	// Header are the headers of HTTP.
	Header map[string][]string
}

type (
	requestKey struct{}
	sessionKey struct{}
)

// currentSession is who a context says is signed in.
type currentSession struct {
	session *Session
	user    *User
}

// WithRequest returns a context that tells hooks about the request.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// WithSession returns a context that tells hooks who is signed in. user may be nil.
func WithSession(ctx context.Context, session *Session, user *User) context.Context {
	return context.WithValue(ctx, sessionKey{}, currentSession{session, user})
}

// RequestFrom is what a context says about the request, see [WithRequest].
func RequestFrom(ctx context.Context) Request { return requestOf(ctx) }

func requestOf(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}

func currentSessionOf(ctx context.Context) currentSession {
	s, _ := ctx.Value(sessionKey{}).(currentSession)
	return s
}
