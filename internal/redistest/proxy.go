package redistest

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy stands between a client and a server, and can lose answers.
type Proxy struct {
	// Addr is where clients connect to.
	Addr string

	lose   atomic.Bool
	silent atomic.Bool
	group  sync.WaitGroup
	conns  sync.Map
}

// NewProxy returns a proxy to a server, which ends with the test.
func NewProxy(t testing.TB, server string) *Proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	p := &Proxy{Addr: listener.Addr().String()}
	p.group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.group.Go(func() { p.serve(client, server) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.conns.Range(func(conn, _ any) bool {
			_ = conn.(net.Conn).Close() //nolint:forcetypeassert // serve stores nothing else
			return true
		})
		p.group.Wait()
	})
	return p
}

// LoseNextAnswer lets the next command reach the server, and closes the connection
// instead of handing on what it answers.
func (p *Proxy) LoseNextAnswer() { p.lose.Store(true) }

// Silence loses all answers, and leaves the connections open, until it is switched off.
func (p *Proxy) Silence(on bool) { p.silent.Store(on) }

func (p *Proxy) serve(client net.Conn, addr string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", addr) //nolint:noctx // Close ends it
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	p.conns.Store(client, true)
	defer p.conns.Delete(client)
	p.group.Go(func() {
		forward(server, client, func() bool { return true })
		_ = server.Close()
	})
	forward(answers{client, p}, server, func() bool { return !p.lose.CompareAndSwap(true, false) })
}

// answers is the way back to a client.
type answers struct {
	net.Conn

	proxy *Proxy
}

// Write implements io.Writer.
func (a answers) Write(b []byte) (int, error) {
	if a.proxy.silent.Load() {
		return len(b), nil
	}
	return a.Conn.Write(b)
}

// forward copies until one side ends, or what was read may not be handed on.
func forward(to, from net.Conn, may func() bool) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil || !may() {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
