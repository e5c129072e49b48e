package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"
)

const (
	connectPatience = 30 * time.Second
	connectPause    = 50 * time.Millisecond
)

// patientConnector waits while the server has no connection left. How many
// tests run at once depends on the machine and on other processes, and a full
// server says nothing about the code under test.
type patientConnector struct {
	driver.Connector

	full func(error) bool
}

// Connect implements driver.Connector.
func (c patientConnector) Connect(ctx context.Context) (driver.Conn, error) {
	deadline := time.Now().Add(connectPatience)

	for {
		conn, err := c.Connector.Connect(ctx)
		if err == nil || !c.full(err) || time.Now().After(deadline) {
			return conn, err
		}

		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(connectPause):
		}
	}
}

// execute runs statements one by one on a pool made for them.
func execute(ctx context.Context, connector driver.Connector, statements ...string) (err error) {
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(1)

	defer func() {
		if closeErr := pool.Close(); err == nil {
			err = closeErr
		}
	}()

	for _, statement := range statements {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return err
		}
	}

	return nil
}

// ping connects once. A server that is full has answered.
func ping(ctx context.Context, connector driver.Connector, full func(error) bool) error {
	pool := sql.OpenDB(connector)

	err := pool.PingContext(ctx)
	if err != nil && full(err) {
		err = nil
	}

	if closeErr := pool.Close(); err == nil {
		err = closeErr
	}

	return err
}
