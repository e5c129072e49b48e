package generate

import (
	"cmp"
	"slices"
)

// The costs of an edge's way over the grid. A way that an edge to the same row
// has taken before is the cheapest: they join, like branches.
const (
	stepCost   = 10
	joinedCost = 7
	bendCost   = 45
	crossCost  = 40
	alongCost  = 400 // on top of an edge that leads elsewhere
	nearCost   = 4   // down along the signs at a box
)

// svgClearance is how far edges keep off the sides of boxes, where the signs at
// their ends are.
const svgClearance = 20

// router finds ways over the grid.
type router struct {
	*diagram
	columns, rows int
	blocked       []bool
	// near are the points where the signs at a box end.
	near []bool
	// taken is what runs through each point.
	taken [][]track
}

// track is a piece of an edge: whither it leads, and whether it runs across,
// down or turns.
type track struct {
	to     point
	across bool
	down   bool
}

// direction is one of right, down, left, up.
type direction int

func (d direction) step() (dx, dy int) {
	return [...]int{1, 0, -1, 0}[d], [...]int{0, 1, 0, -1}[d]
}

func (d direction) across() bool { return d%2 == 0 }

// route finds the way of every edge, short ones first.
func (d *diagram) route() {
	r := &router{diagram: d, columns: d.width/svgGrid + 1, rows: d.height/svgGrid + 1}
	r.blocked = make([]bool, r.columns*r.rows)
	r.near = make([]bool, r.columns*r.rows)
	r.taken = make([][]track, r.columns*r.rows)
	for _, b := range d.boxes {
		for x := b.x - svgClearance + svgGrid; x < b.x+b.w+svgClearance; x += svgGrid {
			for y := b.y; y <= b.y+b.h; y += svgGrid {
				r.blocked[r.cell(point{x, y})] = true
			}
		}
		for y := b.y; y <= b.y+b.h; y += svgGrid {
			r.near[r.cell(point{b.x - svgClearance, y})] = true
			r.near[r.cell(point{b.x + b.w + svgClearance, y})] = true
		}
	}
	order := make([]int, len(d.edges))
	for i := range order {
		order[i] = i
	}
	distance := func(e edge) int {
		a, b := d.boxes[e.from], d.boxes[e.to]
		return abs(a.x-b.x) + abs(a.rowY(e.fromRow)-b.rowY(e.toRow))
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(distance(d.edges[i]), distance(d.edges[j])) })
	for _, i := range order {
		r.routeEdge(&d.edges[i])
	}
}

func abs(n int) int { return max(n, -n) }

func (r *router) cell(p point) int { return p.y/svgGrid*r.columns + p.x/svgGrid }

func (r *router) point(cell int) point {
	return point{cell % r.columns * svgGrid, cell / r.columns * svgGrid}
}

// ports are where an edge can leave a row: to the right and to the left.
func ports(b box, row int) [2]point {
	y := b.rowY(row)
	return [2]point{{b.x + b.w + svgClearance, y}, {b.x - svgClearance, y}}
}

// routeEdge finds the cheapest way by Dijkstra's algorithm, with the distance
// that is left as a lower bound (A*). A state is a point and the direction in
// which it was reached.
func (r *router) routeEdge(e *edge) {
	starts, goals := ports(r.boxes[e.from], e.fromRow), ports(r.boxes[e.to], e.toRow)
	target := point{r.boxes[e.to].x, r.boxes[e.to].rowY(e.toRow)}
	cost := make([]int, 4*r.columns*r.rows)
	previous := make([]int, 4*r.columns*r.rows)
	var queue stateQueue
	for side, p := range starts {
		state := 4*r.cell(p) + 2*side
		cost[state] = 1 // 0 is for states that were not reached
		queue.push(queued{r.bound(p, goals), state})
	}
	for len(queue) > 0 {
		at := queue.pop()
		p, d := r.point(at.state/4), direction(at.state%4)
		if at.total > cost[at.state]+r.bound(p, goals) {
			continue // a cheaper way has been found since
		}
		// At a goal the edge must run towards the box: to the left on its right.
		if (p == goals[0] && d == 2) || (p == goals[1] && d == 0) {
			r.keep(e, at.state, previous, starts, target)
			return
		}
		for turn := range direction(4) {
			if turn == (d+2)%4 {
				continue
			}
			next, step, ok := r.step(p, d, turn, target)
			if !ok {
				continue
			}
			state := 4*r.cell(next) + int(turn)
			if total := cost[at.state] + step; cost[state] == 0 || total < cost[state] {
				cost[state], previous[state] = total, at.state+1
				queue.push(queued{total + r.bound(next, goals), state})
			}
		}
	}
}

// bound is what the way to the nearer goal costs at least.
func (r *router) bound(p point, goals [2]point) int {
	steps := min(abs(p.x-goals[0].x)+abs(p.y-goals[0].y), abs(p.x-goals[1].x)+abs(p.y-goals[1].y)) / svgGrid
	return steps * joinedCost
}

// step is the next point in a direction, and what it costs to get there.
func (r *router) step(p point, from, to direction, target point) (next point, cost int, ok bool) {
	dx, dy := to.step()
	next = point{p.x + dx*svgGrid, p.y + dy*svgGrid}
	if next.x < svgGrid || next.y < svgGrid || next.x > r.width-svgGrid || next.y > r.height-svgGrid || r.blocked[r.cell(next)] {
		return next, 0, false
	}
	cost = stepCost
	if from != to {
		cost += bendCost
	}
	if r.near[r.cell(next)] && !to.across() {
		cost += nearCost
	}
	for _, t := range r.taken[r.cell(next)] {
		along := t.across && to.across() || t.down && !to.across()
		switch {
		case t.to == target && along:
			cost -= stepCost - joinedCost
			return next, cost, true
		case t.to == target:
		case along:
			cost += alongCost
		default:
			cost += crossCost
		}
	}
	// A corner on another edge looks as if the two were one.
	if from != to {
		for _, t := range r.taken[r.cell(p)] {
			if t.to != target {
				cost += alongCost
			}
		}
	}
	return next, cost, true
}

// keep notes the way that was found, from the row of the child to the parent's.
func (r *router) keep(e *edge, state int, previous []int, starts [2]point, target point) {
	var states []int
	for s := state; ; s = previous[s] - 1 {
		states = append(states, s)
		if previous[s] == 0 {
			break
		}
	}
	slices.Reverse(states)
	child, parent := r.boxes[e.from], r.boxes[e.to]
	first, last := r.point(states[0]/4), r.point(state/4)
	e.path = append(e.path, point{sideX(child, first == starts[0]), first.y})
	for i, s := range states {
		p, d := r.point(s/4), direction(s%4)
		t := track{to: target, across: d.across(), down: !d.across()}
		if i+1 < len(states) {
			leaves := direction(states[i+1] % 4)
			t.across, t.down = t.across || leaves.across(), t.down || !leaves.across()
		}
		r.taken[r.cell(p)] = append(r.taken[r.cell(p)], t)
		e.path = append(e.path, p)
	}
	e.path = append(e.path, point{sideX(parent, last.x > parent.x), last.y})
	e.path = corners(e.path)
}

func sideX(b box, right bool) int {
	if right {
		return b.x + b.w
	}
	return b.x
}

// corners leaves out the points of a way on which it goes straight on.
func corners(path []point) []point {
	kept := path[:1:1]
	for i := 1; i < len(path)-1; i++ {
		a, b, c := kept[len(kept)-1], path[i], path[i+1]
		if (a.x == b.x && b.x == c.x) || (a.y == b.y && b.y == c.y) {
			continue
		}
		kept = append(kept, b)
	}
	return append(kept, path[len(path)-1])
}
