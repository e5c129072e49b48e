package freeport

import (
	"net"
	"strconv"
	"testing"
)

// A port that was given to one test is given to no other, until the first has ended.
func TestReserve(t *testing.T) { //nolint:tparallel // one after the other
	t.Parallel()
	var port int
	t.Run("first", func(t *testing.T) {
		port = Reserve(t)
		if reserve(t, port) {
			t.Error("a port is reserved twice")
		}
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			t.Fatalf("the server of the test cannot have it: %v", err)
		}
		_ = listener.Close()
	})
	if !reserve(t, port) {
		t.Error("it is still reserved after the test")
	}
}

// A port on which somebody listens is not free.
func TestReserveOfABusyPort(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, text, _ := net.SplitHostPort(listener.Addr().String())
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	if reserve(t, port) {
		t.Error("a port that is listened on is reserved")
	}
}
