package generate

import (
	"cmp"
	"math"
	"slices"
)

// placement is which box is in which column, and at which place in it.
type placement struct {
	*diagram
	columns [][]int
}

// newPlacement fills columns with the tables in an order in which neighbours
// follow each other.
func newPlacement(d *diagram) *placement {
	p := &placement{diagram: d}
	order := d.neighbourOrder()
	total, widest := 0, 0
	for _, b := range d.boxes {
		total += b.h + svgGap
		widest = max(widest, b.w)
	}
	columns := p.columnCount(total, widest)
	p.columns = make([][]int, columns)
	at, height := 0, 0
	for _, i := range order {
		if height > 0 && height+d.boxes[i].h/2 > total/columns && at < columns-1 {
			at, height = at+1, 0
		}
		p.columns[at] = append(p.columns[at], i)
		height += d.boxes[i].h + svgGap
	}
	return p
}

// columnCount makes the diagram half as wide again as it is high, about.
func (p *placement) columnCount(total, widest int) int {
	best, bestMiss := 1, math.Inf(1)
	for n := 1; n <= len(p.boxes); n++ {
		ratio := float64(n*(widest+svgChannel)) / (float64(total) / float64(n))
		if miss := math.Abs(math.Log(ratio / 1.5)); miss < bestMiss {
			best, bestMiss = n, miss
		}
	}
	return best
}

// neighbourOrder begins with the table that has most edges, and goes on with its
// neighbours.
func (d *diagram) neighbourOrder() []int {
	degree := make([]int, len(d.boxes))
	for _, e := range d.edges {
		degree[e.from]++
		degree[e.to]++
	}
	byDegree := make([]int, len(d.boxes))
	for i := range byDegree {
		byDegree[i] = i
	}
	slices.SortStableFunc(byDegree, func(a, b int) int { return cmp.Compare(degree[b], degree[a]) })
	var order []int
	seen := make([]bool, len(d.boxes))
	for _, start := range byDegree {
		if seen[start] {
			continue
		}
		seen[start] = true
		queue := []int{start}
		for len(queue) > 0 {
			i := queue[0]
			queue, order = queue[1:], append(order, i)
			for _, e := range d.edges {
				for _, next := range [][2]int{{e.from, e.to}, {e.to, e.from}} {
					if next[0] == i && !seen[next[1]] {
						seen[next[1]] = true
						queue = append(queue, next[1])
					}
				}
			}
		}
	}
	return order
}

// improve swaps and moves boxes as long as that makes the diagram better.
func (p *placement) improve() {
	best := p.cost()
	for range 60 {
		before := best
		best = p.improveBySwaps(best)
		best = p.improveByMoves(best)
		if best >= before {
			return
		}
	}
}

func (p *placement) improveBySwaps(best float64) float64 {
	for a := range p.columns {
		for i := range p.columns[a] {
			for b := a; b < len(p.columns); b++ {
				for j := range p.columns[b] {
					if a == b && j <= i {
						continue
					}
					one, other := &p.columns[a][i], &p.columns[b][j]
					*one, *other = *other, *one
					if cost := p.cost(); cost < best {
						best = cost
					} else {
						*one, *other = *other, *one
					}
				}
			}
		}
	}
	return best
}

func (p *placement) improveByMoves(best float64) float64 {
	for item := range p.boxes {
		a, i := p.find(item)
		if len(p.columns[a]) == 1 {
			continue
		}
		home := slices.Clone(p.columns[a])
		p.columns[a] = slices.Delete(p.columns[a], i, i+1)
		bestColumn, bestPlace := -1, 0
		for b := range p.columns {
			for j := 0; j <= len(p.columns[b]); j++ {
				p.columns[b] = slices.Insert(p.columns[b], j, item)
				if cost := p.cost(); cost < best {
					best, bestColumn, bestPlace = cost, b, j
				}
				p.columns[b] = slices.Delete(p.columns[b], j, j+1)
			}
		}
		if bestColumn < 0 {
			p.columns[a] = home
		} else {
			p.columns[bestColumn] = slices.Insert(p.columns[bestColumn], bestPlace, item)
		}
	}
	return best
}

func (p *placement) find(item int) (column, place int) {
	for a, boxes := range p.columns {
		if i := slices.Index(boxes, item); i >= 0 {
			return a, i
		}
	}
	return 0, 0
}

// cost is the length of all edges, and what makes a diagram bad to look at:
// columns of different heights, edges between boxes of one column, edges over
// columns in between.
func (p *placement) cost() float64 {
	p.apply()
	column := make([]int, len(p.boxes))
	heights := 0.0
	for a, boxes := range p.columns {
		for _, i := range boxes {
			column[i] = a
		}
		if n := len(boxes); n > 0 {
			last := p.boxes[boxes[n-1]]
			heights += math.Pow(float64(last.y+last.h), 2)
		}
	}
	cost := (3 + float64(len(p.edges))/3) * math.Sqrt(heights/float64(len(p.columns)))
	for _, e := range p.edges {
		a, b := p.boxes[e.from], p.boxes[e.to]
		cost += math.Abs(float64(a.rowY(e.fromRow) - b.rowY(e.toRow)))
		switch apart := max(column[e.from], column[e.to]) - min(column[e.from], column[e.to]); {
		case e.from == e.to:
		case apart == 0:
			cost += 200
		default:
			cost += 300 * float64(apart-1)
		}
	}
	return cost
}

// finish puts the table with most edges on the left half, as one reads, and
// makes the boxes of a column equally wide.
func (p *placement) finish() {
	if hub, _ := p.find(p.neighbourOrder()[0]); 2*hub >= len(p.columns) {
		slices.Reverse(p.columns)
	}
	for _, boxes := range p.columns {
		width := 0
		for _, i := range boxes {
			width = max(width, p.boxes[i].w)
		}
		for _, i := range boxes {
			p.boxes[i].w = width
		}
	}
	p.apply()
}

// apply gives the boxes their places.
func (p *placement) apply() {
	x, height := svgMargin, 0
	for _, boxes := range p.columns {
		y, width := svgMargin, 0
		for _, i := range boxes {
			p.boxes[i].x, p.boxes[i].y = x, y
			y += p.boxes[i].h + svgGap
			width = max(width, p.boxes[i].w)
		}
		x += width + svgChannel
		height = max(height, y-svgGap+svgMargin)
	}
	p.width, p.height = x-svgChannel+svgMargin, height
}
