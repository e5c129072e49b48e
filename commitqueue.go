package authplugin

import (
	"database/sql"
	"slices"
	"sync"

	"gorm.io/gorm"
)

// commitQueue holds what is to run after the end of a transaction, and the
// savepoints within it.
type commitQueue struct {
	// dialect decides which names of savepoints are the same.
	dialect string

	mu         sync.Mutex
	ended      bool
	calls      []endCall
	savepoints []savepoint
}

// endCall is one function that waits for the end.
type endCall struct {
	run func(outcome commitOutcome)
	// before, if any, is what the call has to do before the transaction may commit.
	before beforeCommit
	// fate is committed as long as the call shares that of the transaction.
	fate commitOutcome
}

// savepoint is a mark in the queue: what was added from first on is within it.
type savepoint struct {
	name  string
	first int
}

// beforeCommit is what has to succeed before a transaction may commit.
type beforeCommit interface {
	// join makes one of two that wait for the same transaction.
	join(other beforeCommit) beforeCommit
	// prepare is called on the transaction when it is about to commit. An error rolls
	// the transaction back.
	prepare(tx gorm.ConnPool) error
	// settle is called once the transaction is committed, or may be.
	settle(outcome commitOutcome)
}

func (q *commitQueue) add(run func(outcome commitOutcome)) error {
	return q.push(endCall{run: run})
}

// addBefore has something done before the commit.
func (q *commitQueue) addBefore(before beforeCommit) error {
	return q.push(endCall{run: func(commitOutcome) {}, before: before})
}

func (q *commitQueue) push(call endCall) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return sql.ErrTxDone
	}
	q.calls = append(q.calls, call)
	return nil
}

// joined is what has to be done before a commit for all calls together, nil for
// nothing. What is known to be rolled back needs nothing.
func joined(calls []endCall) beforeCommit {
	var all beforeCommit
	for _, call := range calls {
		switch {
		case call.before == nil, call.fate == rolledBack:
		case all == nil:
			all = call.before
		default:
			all = all.join(call.before)
		}
	}
	return all
}

// close empties the queue for good. Only the first caller gets the calls.
func (q *commitQueue) close() []endCall {
	q.mu.Lock()
	defer q.mu.Unlock()
	calls := q.calls
	q.ended, q.calls, q.savepoints = true, nil, nil
	return calls
}

// runCalls runs calls that are no longer in a queue, without any lock: they may
// use the database, and the queues of other transactions.
func runCalls(calls []endCall, outcome commitOutcome) {
	for _, call := range calls {
		switch {
		case outcome == rolledBack, call.fate == committed:
			call.run(outcome)
		default:
			call.run(call.fate)
		}
	}
}

// mark follows a statement about savepoints, which the database has answered
// with err.
func (q *commitQueue) mark(query string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for query != "" {
		var command savepointCommand
		command, query = parseSavepoint(query, q.dialect)
		switch command.verb {
		case noSavepoint:
			return
		case setSavepoint:
			if err == nil {
				q.savepoints = append(q.savepoints, savepoint{command.name, len(q.calls)})
			}
		case releaseSavepoint:
			if i := q.find(command.name); i >= 0 && err == nil {
				q.savepoints = q.savepoints[:i]
			}
		case rollbackToSavepoint:
			q.rollbackTo(command.name, err)
		case rollbackAll:
			if err == nil {
				q.decide(0, rolledBack)
				q.savepoints = nil
			}
		}
	}
}

// rollbackTo decides the fate of what was added since a savepoint. Of one that
// the queue has not seen nothing is known but that it exists.
func (q *commitQueue) rollbackTo(name string, err error) {
	i := q.find(name)
	switch {
	case i >= 0 && err == nil:
		q.decide(q.savepoints[i].first, rolledBack)
		q.savepoints = q.savepoints[:i+1]
	case i >= 0:
		q.decide(q.savepoints[i].first, unknown)
	case err == nil:
		q.decide(0, unknown)
	}
}

// find is the index of the newest savepoint of a name, -1 for none: a newer one
// hides the older one.
func (q *commitQueue) find(name string) int {
	for i, s := range slices.Backward(q.savepoints) {
		if s.name == name {
			return i
		}
	}
	return -1
}

// decide settles the fate of the calls from first on that is still open. A
// rollback that is known settles an unknown one as well.
func (q *commitQueue) decide(first int, fate commitOutcome) {
	for i := first; i < len(q.calls); i++ {
		if q.calls[i].fate != rolledBack {
			q.calls[i].fate = fate
		}
	}
}

// lose is for a transaction that the database may have rolled back by itself.
func (q *commitQueue) lose() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.decide(0, unknown)
	q.savepoints = nil
}
