package richtext

import "slices"

// Graft writes an edited text over a richer one without harm to what the edit left alone. edited is what somebody's text of
// format via has become in format f; rich is what the target shows now. A block of rich that edited still holds as it comes
// back from a trip through via stays as rich has it, with all that via cannot express. lost tells what formatting goes with
// the blocks that were edited, nil when none does; a block that edited no longer holds was deleted, which is no loss.
//
// Where a text comes back from that trip as something else than its parts do, one by one, the parts cannot be told: edited is
// then written as it is.
func Graft(via, f Format, edited, rich string) (grafted string, lost []Loss) {
	g := newGrafting(via, f, edited, rich)
	if !g.trips(rich) {
		return unitsText(f, g.edited), missing(together(g.rich), together(g.edited))
	}
	return g.grow()
}

// grafting is one Graft under way.
type grafting struct {
	via, format Format
	edited      units
	rich        units  // of the target
	trip        []span // of each rich unit: what it becomes on a trip through via, in shown
	shown       units  // the target's text after that trip
}

func newGrafting(via, f Format, edited, rich string) *grafting {
	g := &grafting{via: via, format: f, edited: unitsOf(f, edited)}
	for _, b := range Parse(f, rich).Blocks {
		parts := []Node{b}
		if b.Kind != CodeBlock && b.Kind != Table { // these mean something as a whole only
			parts = apart(b)
		}
		for _, u := range unitsFrom(parts) {
			g.plant(u)
		}
	}
	return g
}

func (g *grafting) plant(u unit) {
	source := unitsText(g.format, []unit{u})
	from := len(g.shown)
	g.shown = append(g.shown, g.back(source)...)
	g.rich, g.trip = append(g.rich, u), append(g.trip, span{from, len(g.shown)})
}

// back is what a text looks like after a trip through via.
func (g *grafting) back(source string) units {
	there, _ := Convert(g.format, g.via, source)
	again, _ := Convert(g.via, g.format, there)
	return unitsOf(g.format, again)
}

// trips reports whether the whole of rich comes back as its parts do, and takes the borders between blocks from the whole.
func (g *grafting) trips(rich string) bool {
	whole := g.back(rich)
	if !slices.Equal(whole.keys(), g.shown.keys()) {
		return false
	}
	g.shown = whole
	return true
}

// kept gives, for each unit of edited with which a rich unit that stays begins, that unit, else -1.
func (g *grafting) kept() []int {
	begins := make([]int, len(g.edited))
	for i := range begins {
		begins[i] = -1
	}
	at := align(g.shown.keys(), g.edited.keys())
	for i, trip := range g.trip {
		whole := trip.len() > 0 && at[trip.from] >= 0
		for k := trip.from; whole && k < trip.to; k++ {
			whole = at[k] == at[trip.from]+k-trip.from
		}
		if whole {
			begins[at[trip.from]] = i
		}
	}
	return begins
}

func (g *grafting) grow() (string, []Loss) {
	begins := g.kept()
	var out, written []unit
	var losses [][]Loss
	next := 0 // of rich
	// until passes the rich units before i: what was written in their place is all that is left of them, and what cannot be
	// seen by way of via cannot have been edited.
	until := func(i int) {
		var gone []unit
		for ; next < i; next++ {
			if g.trip[next].len() == 0 {
				out = append(out, g.rich[next])
			} else {
				gone = append(gone, g.rich[next])
			}
		}
		if len(written) > 0 {
			losses = append(losses, missing(together(gone), together(written)))
		}
		written = nil
	}
	for e := 0; e < len(g.edited); {
		i := begins[e]
		if i < 0 {
			out, written = append(out, g.edited[e]), append(written, g.edited[e])
			e++
			continue
		}
		until(i)
		u := g.rich[i]
		if moved := g.edited[e].first; moved != g.shown[g.trip[i].from].first {
			u.first = moved
		}
		out, next, e = append(out, u), i+1, e+g.trip[i].len()
	}
	until(len(g.rich))
	return unitsText(g.format, out), mergeLosses(losses...)
}

// Gone tells what formatting the text was has and the text is does not, of one format.
func Gone(f Format, was, is string) []Loss {
	return mergeLosses(missing(Parse(f, was).Blocks, Parse(f, is).Blocks))
}

// missing counts what the blocks were have and the blocks are do not: kinds of nodes and marks.
func missing(were, are []Node) []Loss {
	left := map[string]int{}
	tally(were, left, 1)
	tally(are, left, -1)
	var out []Loss
	for kind, n := range left {
		if n > 0 {
			out = append(out, Loss{Kind: kind, Count: n, Became: "text"})
		}
	}
	return out
}

// tally counts the kinds of formatting in blocks; words and paragraphs are no formatting.
func tally(nodes []Node, into map[string]int, by int) {
	for _, n := range nodes {
		switch n.Kind {
		case Paragraph, Text, Item, Row, Cell, HardBreak:
		default:
			into[string(n.Kind)] += by
		}
		for _, m := range n.Marks {
			into[string(m.Kind)] += by
		}
		tally(n.Children, into, by)
	}
}
