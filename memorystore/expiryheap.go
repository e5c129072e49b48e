package memorystore

import "container/heap"

// expiryHeap has the entry that expires first at its root.
type expiryHeap []*entry

func (h *expiryHeap) push(e *entry)   { heap.Push((*heapOrder)(h), e) }
func (h *expiryHeap) fix(e *entry)    { heap.Fix((*heapOrder)(h), e.positionInExpiry) }
func (h *expiryHeap) remove(e *entry) { heap.Remove((*heapOrder)(h), e.positionInExpiry) }

// heapOrder is what container/heap asks for.
type heapOrder []*entry

// Len implements heap.Interface.
func (h *heapOrder) Len() int { return len(*h) }

// Less implements heap.Interface.
func (h *heapOrder) Less(i, j int) bool { return (*h)[i].expires < (*h)[j].expires }

// Swap implements heap.Interface.
func (h *heapOrder) Swap(i, j int) {
	(*h)[i], (*h)[j] = (*h)[j], (*h)[i]
	(*h)[i].positionInExpiry, (*h)[j].positionInExpiry = i, j
}

// Push implements heap.Interface.
func (h *heapOrder) Push(x any) {
	e := x.(*entry) //nolint:forcetypeassert // expiryHeap pushes nothing else
	e.positionInExpiry = len(*h)
	*h = append(*h, e)
}

// Pop implements heap.Interface.
func (h *heapOrder) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return e
}
