package activities_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// likeZendesk is a system whose comments can be made private and redacted, and neither edited nor deleted.
type likeZendesk struct {
	connectors.Connector
	connectors.Commenter
	connectors.CommentFinder
	connectors.CommentNarrower
	connectors.CommentRedactor
	connectors.UserResolver
}

func asZendesk(c *memory.Connector) connectors.Connector { return likeZendesk{c, c, c, c, c, c} }

// appendOnly is a system whose comments can be added and never changed, but for deleting them.
type appendOnly struct {
	connectors.Connector
	connectors.Commenter
	connectors.CommentFinder
	connectors.CommentDeleter
}

func asAppendOnly(c *memory.Connector) connectors.Connector { return appendOnly{c, c, c, c} }

// privacyPolicy is what a connection says, and what it therefore may show, worked out apart from the code under test.
type privacyPolicy struct {
	stop, publish, groups bool
	open                  core.Audience
	edits, deletes        bool
}

func (p privacyPolicy) block() string {
	lines := []string{"flow: both", fmt.Sprintf("edits: %v, deletes: %v", p.edits, p.deletes)}
	if p.stop {
		lines = append(lines, "private: stop")
	}
	var opened []string
	if p.publish {
		opened = append(opened, "internal: public")
	}
	if p.open != 0 {
		opened = append(opened, "restricted: "+core.Visibility{Audience: p.open}.String())
	}
	if len(opened) > 0 {
		lines = append(lines, "publish: {support: {"+strings.Join(opened, ", ")+"}}")
	}
	if p.groups && !p.stop {
		lines = append(lines, "restricted: {groups: {leads: tier-2}}")
	}
	return "comments: {" + strings.Join(lines, ", ") + "}"
}

// allows is who may read the copy of a comment of the left side that v may read here; false: nobody.
func (p privacyPolicy) allows(v core.Visibility) (core.Visibility, bool) {
	switch {
	case v.Audience == core.Public:
		return v, true
	case v.Audience == core.Internal && p.publish:
		return core.Visibility{Audience: core.Public}, true
	case v.Audience == core.Internal:
		return v, !p.stop
	case p.groups && !p.stop && v.Group == "leads":
		return core.Visibility{Audience: core.Restricted, Group: "tier-2"}, true
	case p.open != 0 && v.Group != "":
		return core.Visibility{Audience: p.open}, true
	}
	return v, false
}

// TestPain13NoCopyIsReadByMoreThanPublishAllows: whatever people write, edit, hide and show, whatever the policy says and the other system
// can do, and whichever answers get lost, no wording of a comment is read by more people on the other side than may.
func TestPain13NoCopyIsReadByMoreThanPublishAllows(t *testing.T) {
	visibilities := []core.Visibility{{Audience: core.Public}, {Audience: core.Internal}, {Audience: core.Restricted, Group: "leads"},
		{Audience: core.Restricted, Group: "others"}, {Audience: core.Restricted}}
	kinds := []func(*memory.Connector) connectors.Connector{nil, asZendesk, asAppendOnly}
	copied, hidden := 0, 0
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 13))
		p := privacyPolicy{stop: r.IntN(4) == 0, publish: r.IntN(3) == 0, groups: r.IntN(2) == 0, open: []core.Audience{0, 0, core.Internal, core.Public}[r.IntN(4)],
			edits: r.IntN(3) > 0, deletes: r.IntN(2) == 0}
		kind := kinds[r.IntN(len(kinds))]
		file := strings.Replace(deskFile, "comments: {flow: both, private: keep, deletes: true}", p.block(), 1)
		d := newDesk(t, file)
		d.as[core.B] = kind
		d.open(nil)
		d.sync()
		type live struct {
			id, words string
			sees      core.Visibility
		}
		var all []*live
		id := func() string { return d.refs[core.A].ID }
		for step := range 10 {
			for range 1 + r.IntN(2) {
				act := r.IntN(5)
				if len(all) == 0 {
					act = 0
				}
				switch act {
				case 0, 1:
					l := &live{words: fmt.Sprintf("words-%d-%d", step, len(all)), sees: visibilities[r.IntN(len(visibilities))]}
					c, err := d.sys[core.A].CommentAs("u-ada", id(), l.words, core.Restricted)
					d.must(err)
					d.must(d.sys[core.A].ShowCommentAs("u-ada", id(), c.ID, l.sees))
					l.id = c.ID
					all = append(all, l)
				case 2:
					l := all[r.IntN(len(all))]
					d.must(d.sys[core.A].EditCommentAs("u-ada", id(), l.id, fmt.Sprintf("%s edit %d", l.words, step)))
				case 3, 4:
					l := all[r.IntN(len(all))]
					l.sees = visibilities[r.IntN(len(visibilities))]
					d.must(d.sys[core.A].ShowCommentAs("u-ada", id(), l.id, l.sees))
				}
			}
			if r.IntN(4) == 0 {
				op := []memory.Op{memory.OpAddComment, memory.OpEditComment, memory.OpDeleteComment, memory.OpNarrowComment, memory.OpRedactComment}[r.IntN(5)]
				d.sys[core.B].FailNext(op, []memory.When{memory.Before, memory.AfterCommit}[r.IntN(2)])
			}
			d.sync()
			for _, l := range all {
				may, ok := p.allows(l.sees)
				for _, c := range d.item(core.B).Comments {
					if !strings.Contains(c.Body.Source(), l.words+" ") && !strings.HasSuffix(c.Body.Source(), l.words) {
						continue
					}
					if copied++; !ok || c.Visibility.WiderThan(may) {
						t.Fatalf("seed %d, step %d: %s is for %v here and read by %v there; allowed %v (%v) by %s", seed, step, l.words, l.sees, c.Visibility, may, ok, p.block())
					}
				}
				if !ok {
					hidden++
				}
			}
		}
		if n := len(d.item(core.A).Comments); n != len(all) {
			t.Fatalf("seed %d: %d comments on the side they were written on, %d were written", seed, n, len(all))
		}
		if keys := slices.Collect(func(yield func(string) bool) {
			for k, p := range d.row().Parked {
				if !yield(k + ": " + p.Problem.Text) {
					return
				}
			}
		}); len(keys) > 0 {
			t.Fatalf("seed %d: parked %v", seed, keys)
		}
	}
	if copied < 100 || hidden < 25 {
		t.Errorf("%d copies and %d hidden comments were looked at: too few to mean anything", copied, hidden)
	}
}
