// Package freeport gives tests the ports of servers that they start. It is imported by
// tests only.
package freeport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

const (
	// The ports lie below those of outgoing connections, from 32768 on Linux, of which
	// tests make thousands: one of them would have a port before its server does.
	lowest = 11000
	number = 20000
)

// Reserve returns a port of 127.0.0.1 that nobody listens on, and that no other test gets
// before this one has ended, in whatever process. A server may so be started on it late,
// and again.
func Reserve(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := lowest + rand.IntN(number) //nolint:gosec // no secret
		if reserve(t, port) {
			return port
		}
	}
	t.Fatal("freeport: no port is free")
	return 0
}

// reserve holds the UDP port of the same number, which no server of a test needs: that
// marks the port as taken for other processes, and ends with this one.
func reserve(t testing.TB, port int) bool {
	t.Helper()
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	mark, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", addr)
	if err != nil {
		return false
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", addr)
	if err != nil {
		_ = mark.Close()
		return false
	}
	_ = listener.Close()
	t.Cleanup(func() { _ = mark.Close() })
	return true
}
