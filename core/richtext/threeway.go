package richtext

import "slices"

// maxAlign bounds the table with which two texts are aligned, in cells. What is larger is aligned at its beginning and end
// only: the middle then counts as one change.
const maxAlign = 4_000_000

// span is a run of units of one text, from the first to before the last.
type span struct{ from, to int }

func (s span) len() int { return s.to - s.from }

// chunk is a run of one base with what two texts made of it.
type chunk struct{ base, mine, theirs span }

// threeWay cuts three texts into chunks, in order and without gaps: in every other one all three are the same, in the others at
// least one differs from the base. Units are compared as they are.
func threeWay(base, mine, theirs []string) []chunk {
	inMine, inTheirs := align(base, mine), align(base, theirs)
	var out []chunk
	var at chunk // where the next chunk begins
	cut := func(b, m, t int) {
		c := chunk{span{at.base.from, b}, span{at.mine.from, m}, span{at.theirs.from, t}}
		if c.base.len()+c.mine.len()+c.theirs.len() > 0 {
			out = append(out, c)
		}
		at = chunk{span{b, b}, span{m, m}, span{t, t}}
	}
	for b := 0; b < len(base); {
		if inMine[b] < 0 || inTheirs[b] < 0 {
			b++
			continue
		}
		n := 1
		for b+n < len(base) && inMine[b+n] == inMine[b]+n && inTheirs[b+n] == inTheirs[b]+n {
			n++
		}
		cut(b, inMine[b], inTheirs[b])
		cut(b+n, inMine[b]+n, inTheirs[b]+n)
		b += n
	}
	cut(len(base), len(mine), len(theirs))
	return out
}

// align gives for each unit of a the unit of b it is, -1 for those b does not hold: a longest common subsequence.
func align(a, b []string) []int {
	at := make([]int, len(a))
	for i := range at {
		at[i] = -1
	}
	lo := 0
	for lo < len(a) && lo < len(b) && a[lo] == b[lo] {
		at[lo] = lo
		lo++
	}
	ea, eb := len(a), len(b)
	for ea > lo && eb > lo && a[ea-1] == b[eb-1] {
		ea, eb = ea-1, eb-1
		at[ea] = eb
	}
	n, m := ea-lo, eb-lo
	if n == 0 || m == 0 || n > maxAlign/m {
		return at
	}
	// length[i*(m+1)+j] is the longest common subsequence of what follows i in a and j in b.
	length := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[lo+i] == b[lo+j] {
				length[i*(m+1)+j] = length[(i+1)*(m+1)+j+1] + 1
			} else {
				length[i*(m+1)+j] = max(length[(i+1)*(m+1)+j], length[i*(m+1)+j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case a[lo+i] == b[lo+j]:
			at[lo+i] = lo + j
			i, j = i+1, j+1
		case length[(i+1)*(m+1)+j] >= length[i*(m+1)+j+1]:
			i++
		default:
			j++
		}
	}
	return at
}

// verdict says which text a chunk is taken from.
type verdict int

const (
	takeBoth   verdict = iota // mine and theirs are the same
	takeMine                  // only mine differs from the base
	takeTheirs                // only theirs differs from the base
	overlap                   // both differ, and not alike
)

func (c chunk) judge(base, mine, theirs []string) verdict {
	b, m, t := base[c.base.from:c.base.to], mine[c.mine.from:c.mine.to], theirs[c.theirs.from:c.theirs.to]
	switch {
	case slices.Equal(m, t):
		return takeBoth
	case slices.Equal(t, b):
		return takeMine
	case slices.Equal(m, b):
		return takeTheirs
	}
	return overlap
}
