package chaos

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// left is what people did last with one label.
type left struct {
	there   bool
	on      side // where they did it
	addedOn side
}

// labels judges the labels one by one: what people did last with a label is what both sides show.
func (c *matter) labels() {
	state := map[string]*left{}
	for _, e := range c.edits[fieldLabels] {
		was, is := words(e.was), words(e.value)
		for _, l := range is {
			if !slices.Contains(was, l) {
				state[l] = &left{true, e.side, e.side}
			}
		}
		for _, l := range was {
			if slices.Contains(is, l) {
				continue
			}
			if state[l] == nil {
				state[l] = &left{addedOn: e.side}
			}
			state[l].there, state[l].on = false, e.side
		}
	}
	shows := [2][]string{words(c.seen[support].values[fieldLabels]), words(c.seen[engineering].values[fieldLabels])}
	for _, l := range slices.Sorted(maps.Keys(state)) {
		s := state[l]
		on := [2]bool{slices.Contains(shows[support], l), slices.Contains(shows[engineering], l)}
		switch {
		case on[0] == s.there && on[1] == s.there:
		case !s.there && s.on != s.addedOn && c.putBack(l, s.on):
			c.excuse(c, "label %s was removed from the copy and came back: the answer to the write that had put it there was lost", l)
		case on[0] != on[1]:
			c.find(&c.Unconverged, c, "label %s: support %v, engineering %v; people left it %v", l, on[0], on[1], s.there)
		default:
			c.find(&c.LostEdits, c, "label %s: both sides show %v, and people left it %v", l, on[0], s.there)
		}
	}
	for _, s := range []side{support, engineering} {
		for _, l := range shows[s] {
			if state[l] == nil {
				c.find(&c.Unconverged, c, "label %s in %s is nobody's", l, s)
			}
		}
	}
}

// putBack tells whether the sync added a label to a side twice.
func (c *matter) putBack(l string, s side) bool {
	n := 0
	for _, h := range c.seen[s].history {
		if h.own && slices.Contains(words(h.to), l) && !slices.Contains(words(h.from), l) {
			n++
		}
	}
	return n > 1
}

var sayForm = regexp.MustCompile(`say-[0-9a-f]{8}`)

// audienceOf is who may read the copy of a comment, "" when there may be none. The tracker's project is a team's: what is said
// there is internal to the help desk.
func audienceOf(c *said) string {
	switch {
	case c.side == support && c.audience == "public":
		return "public"
	case c.side == support:
		return "role:" + internalRole
	case c.audience == "public", c.audience == "role:"+internalRole:
		return "internal"
	}
	return ""
}

// comments judges that every comment has one copy for the right people, and that nobody reads what is not for them.
func (c *matter) comments() {
	c.leaks()
	for _, s := range c.item.said {
		c.Comments++
		here, there := c.seen[s.side], c.seen[s.side.other()]
		newest := s.wordings[len(s.wordings)-1]
		if here != nil {
			if n := len(saying(here, newest)); n > 1 {
				c.find(&c.Duplicates, c, "%s is said %d times in %s, where a person said it once", newest, n, s.side)
			}
		}
		if there == nil {
			continue
		}
		want := audienceOf(s)
		for i, words := range s.wordings {
			copies := saying(there, words)
			switch {
			case len(copies) > 1:
				c.find(&c.Duplicates, c, "%s has %d copies in %s", words, len(copies), s.side.other())
			case want == "" && len(copies) > 0:
				c.find(&c.Leaks, c, "%s (%s) must not cross and is in %s", words, s.audience, s.side.other())
			case want != "" && len(copies) == 0 && i == len(s.wordings)-1 && !c.item.dead():
				c.find(&c.Unconverged, c, "%s of %s (%s) has no copy in %s", words, s.side, s.audience, s.side.other())
			case len(copies) == 1 && copies[0].audience != want && copies[0].audience != "public":
				c.find(&c.Unconverged, c, "%s (%s) is %s in %s, want %s", words, s.audience, copies[0].audience, s.side.other(), want)
			}
		}
	}
}

func saying(v *shown, words string) (all []comment) {
	for _, n := range v.comments {
		if strings.Contains(n.text, words) {
			all = append(all, n)
		}
	}
	return all
}

// leaks looks at every public comment of the item for words that are not public, whichever item they are from.
func (c *matter) leaks() {
	for _, s := range []side{support, engineering} {
		if c.seen[s] == nil {
			continue
		}
		for _, n := range c.seen[s].comments {
			if n.audience != "public" {
				continue
			}
			for _, words := range sayForm.FindAllString(n.text, -1) {
				if k := c.said[words]; k != nil && (k.side == s && k.audience != "public" || k.side != s && audienceOf(k) != "public") {
					c.find(&c.Leaks, c, "%s of %s (%s) is public in %s", words, k.side, k.audience, s)
				}
			}
		}
	}
}

// files judges that every file has one copy with the same content, for the right people.
func (c *matter) files() {
	for _, f := range c.item.filed {
		c.Attachments++
		for _, s := range []side{support, engineering} {
			v := c.seen[s]
			if v == nil {
				continue
			}
			var copies []file
			for _, g := range v.files {
				if g.hash == f.hash {
					copies = append(copies, g)
				}
				if g.name == f.name && g.hash != f.hash {
					c.find(&c.Unconverged, c, "%s has another content in %s", f.name, s)
				}
			}
			switch {
			case len(copies) > 1:
				c.find(&c.Duplicates, c, "%s is there %d times in %s", f.name, len(copies), s)
			case len(copies) == 0 && !c.item.dead():
				c.find(&c.Unconverged, c, "%s of %s is not in %s", f.name, f.side, s)
			case len(copies) == 1 && s == support && copies[0].audience == "public" && f.audience != "public":
				c.find(&c.Leaks, c, "%s (%s) is public in %s", f.name, f.audience, s)
			}
		}
	}
}
