package authplugin

import (
	"math"
	"sync"
	"sync/atomic"
)

// localSlots is how many counters stand for all names. Two names of one slot are
// changed together, which costs a miss: of 100,000 values a change takes one or two
// others with it.
const localSlots = 1 << 16

// localVersions tells which values are older than a change of what they were read
// from. Changes are numbered; a slot holds the number of the last change of a name
// that falls into it, and a value the number of the last change before it was read. So
// nothing is kept for each name, and a value that was read before a change and stored
// after it is as old as it is.
type localVersions struct {
	// mutex is for those that change something.
	mutex sync.Mutex
	// last is the number of the last change.
	last atomic.Uint64
	// floor is the number of the last change of everything, and noneServed while
	// changes may be missed.
	floor atomic.Uint64
	slots [localSlots]atomic.Uint64
}

// noneServed is above the number of every change.
const noneServed = math.MaxUint64

func newLocalVersions() *localVersions {
	v := &localVersions{}
	v.floor.Store(noneServed)
	return v
}

// slot is that of a name, by the message's hash of it.
func (v *localVersions) slot(hash nameHash) *atomic.Uint64 { return &v.slots[hash%localSlots] }

// change notes that names have changed. A value whose reading began before it returns
// may not be served any more.
func (v *localVersions) change(hashes []nameHash) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	number := v.last.Load() + 1
	for _, hash := range hashes {
		v.slot(hash).Store(number)
	}
	// Not before the slots: who reads now still has the number before.
	v.last.Store(number)
}

// changeAll notes that everything may have changed.
func (v *localVersions) changeAll() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.floor.Load() != noneServed {
		v.raise()
	}
}

// open has values served that are read from now on.
func (v *localVersions) open() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.raise()
}

// shut has nothing served until open.
func (v *localVersions) shut() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.floor.Store(noneServed)
}

func (v *localVersions) raise() {
	number := v.last.Load() + 1
	v.floor.Store(number)
	v.last.Store(number)
}
