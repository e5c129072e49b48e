package memorystore

// recency is a ring of the entries that may be evicted, in the order of their last
// use. The root stands between the newest and the oldest.
type recency struct {
	root entry
}

func (r *recency) init() { r.root.newer, r.root.older = &r.root, &r.root }

// push makes an entry the newest.
func (r *recency) push(e *entry) {
	e.older, e.newer = r.root.older, &r.root
	e.older.newer, r.root.older = e, e
}

// remove takes an entry out of the ring.
func (r *recency) remove(e *entry) {
	e.older.newer, e.newer.older = e.newer, e.older
	e.older, e.newer = nil, nil
}

// touch makes an entry the newest, unless it is in no order of use.
func (r *recency) touch(e *entry) {
	if e.pinned {
		return
	}
	r.remove(e)
	r.push(e)
}

// oldest is the entry that was used longest ago, nil when there is none.
func (r *recency) oldest() *entry { return r.next(&r.root) }

// next is the entry that was used next after e, nil when there is none.
func (r *recency) next(e *entry) *entry {
	if e.newer == &r.root {
		return nil
	}
	return e.newer
}
