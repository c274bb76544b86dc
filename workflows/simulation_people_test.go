package workflows_test

import (
	"fmt"

	"duplex/core"
)

// person lets somebody do something on one of the sides, and notes it.
func (s *storm) person() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over.Load() {
		return
	}
	side := core.Side(s.draw.IntN(2))
	id := s.item.ID
	if side == core.B {
		items := s.sys[core.B].Items()
		if len(items) == 0 {
			return
		}
		id = items[0].Ref.ID
	}
	s.count++
	who := [2]string{"u-ada", "u-grace"}[side]
	switch s.draw.IntN(12) {
	case 0, 1:
		s.edits(side, who, id, "title", core.String(fmt.Sprintf("title %d", s.count)))
	case 2, 3:
		s.edits(side, who, id, "description", core.Text("plain", fmt.Sprintf("text %d", s.count)))
	case 4:
		names := []string{"low", "normal", "high"}
		s.edits(side, who, id, "priority", core.Option("", names[s.draw.IntN(3)]))
	case 5:
		users := []string{"u-ada", "u-grace", "u-linus"}
		s.edits(side, who, id, "assignee", core.Person(users[s.draw.IntN(3)], "", ""))
	case 6, 7:
		s.label(side, who, id)
	case 8, 9:
		c := &said{side: side, text: fmt.Sprintf("<%d>", s.count), audience: core.Audience(1 + s.draw.IntN(3))}
		made, err := s.sys[side].CommentAs(who, id, c.text, c.audience)
		s.must(err)
		c.id = made.ID
		s.comments = append(s.comments, c)
		s.note("side %d: comment %s says %s (%d)", side, c.id, c.text, c.audience)
	case 10:
		s.rethink(who)
	case 11:
		f := &filed{side: side, content: fmt.Sprintf("file %d.", s.count), audience: core.Audience(1 + s.draw.IntN(3))}
		_, err := s.sys[side].AttachAs(who, id, fmt.Sprintf("%d.txt", s.count), "text/plain", []byte(f.content), f.audience)
		s.must(err)
		s.files = append(s.files, f)
		s.note("side %d: %s (%d)", side, f.content, f.audience)
	}
}

func (s *storm) edits(side core.Side, who, id, field string, v core.Value) {
	s.must(s.sys[side].EditAs(who, id, map[string]core.Value{field: v}))
	s.last[side][field] = edit{value: v.String(), at: s.env.Now()}
	s.note("side %d: %s is %q", side, field, v)
}

// label adds a new label, or removes one that is there.
func (s *storm) label(side core.Side, who, id string) {
	now, _ := s.sys[side].Item(id)
	labels := now.Field("labels")
	if there := labels.Items(); len(there) > 0 && s.chance(40) {
		gone := there[s.draw.IntN(len(there))]
		s.must(s.sys[side].EditAs(who, id, map[string]core.Value{"labels": core.Without(labels, core.Set(gone))}))
		s.labels[gone.Source()] = label{added: s.labels[gone.Source()].added, removed: side}
		s.note("side %d: without label %s", side, gone)
		return
	}
	l := fmt.Sprintf("l%d", s.count)
	s.must(s.sys[side].EditAs(who, id, map[string]core.Value{"labels": core.Union(labels, core.Strings(l))}))
	s.labels[l] = label{there: true, added: side}
	s.note("side %d: with label %s", side, l)
}

// rethink lets the author of a comment edit or delete it.
func (s *storm) rethink(who string) {
	if len(s.comments) == 0 {
		return
	}
	c := s.comments[s.draw.IntN(len(s.comments))]
	if c.deleted {
		return
	}
	id := s.item.ID
	if c.side == core.B {
		id = s.sys[core.B].Items()[0].Ref.ID
	}
	if s.chance(30) {
		s.must(s.sys[c.side].DeleteCommentAs(who, id, c.id))
		c.deleted = true
		s.note("side %d: comment %s deleted", c.side, c.id)
		return
	}
	c.text = fmt.Sprintf("<%d>", s.count)
	s.must(s.sys[c.side].EditCommentAs(who, id, c.id, c.text))
	s.note("side %d: comment %s says %s now", c.side, c.id, c.text)
}
