package authplugin

import "context"

// Broadcaster is what a [SecondaryStorage] may do besides: pass messages to all
// processes that share it. The in-process tier needs it, to hear what other processes
// change. redisstore and memorystore implement it.
//
// A message is some bytes, 16 KiB at most. It holds no secret.
type Broadcaster interface {
	// Publish sends a message to all subscriptions that are live, those of this
	// process included. When it fails, some may have received it. When it succeeds the
	// message is on its way: a subscription that does not get it ends, but for faults
	// between the servers of the storage.
	Publish(ctx context.Context, message []byte) error
	// Subscribe receives messages until the context ends or a message may have been
	// missed, whatever comes first; it does not reconnect.
	//
	// It calls live once, when every message that is published from then on will be
	// received, and receive for each message, in whatever order, and twice perhaps. The
	// two are called one at a time, soon return, and are not called any more once
	// Subscribe has returned. A message belongs to receive.
	//
	// It returns, with an error, as soon as it knows that the connection is lost; as
	// late as five seconds after a connection has gone silent, which is found by
	// asking the other side every now and then; and at once when the receiver is too
	// slow for what comes in. The error shows no message.
	Subscribe(ctx context.Context, live func(), receive func(message []byte)) error
}
