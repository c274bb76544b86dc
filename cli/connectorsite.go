package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/connectors/conformance"
	"duplex/connectors/rest"
	"duplex/core"
	"duplex/core/richtext"
)

// site is a live system that the suite is run on.
type site struct {
	*env
	trial
	manifest   *rest.Manifest
	faulty     *conformance.Faulty
	own, other connectors.Connector // other is nil without --person
	in         connectors.ItemType
	described  connectors.Description
	known      core.Value
	self       core.Value
	made       map[string]bool
}

// leftOut is why a test was not run that nobody asked for.
const leftOut = "left out by --only"

// look asks the system for its fields and who the account is.
func (s *site) look(ctx context.Context) error {
	scope, err := scopeOf(s.scope)
	if err != nil {
		return err
	}
	s.in = connectors.ItemType{Type: s.typ, Scope: scope}
	if s.in.Type == "" {
		for name := range s.manifest.Items {
			s.in.Type = name
		}
		if len(s.manifest.Items) > 1 {
			return fail(ExitUsage, "the manifest has several types of items: give --type")
		}
	}
	if s.manifest.Items[s.in.Type] == nil {
		return fail(ExitUsage, "the manifest has no type of item %q", s.in.Type)
	}
	if s.described, err = s.own.Describe(ctx, s.in); err != nil {
		return fail(ExitWrong, "the fields cannot be read: %v", err)
	}
	for _, who := range []connectors.Connector{s.other, s.own} {
		if id, ok := connectors.As[connectors.Identifier](who); ok && who != nil {
			p, err := id.Self(ctx)
			if err != nil {
				return fail(ExitWrong, "the account cannot be read: %v", err)
			}
			if s.known.IsAbsent() || s.known.Email() == "" {
				s.known = p
			}
			s.self = p
		}
	}
	return nil
}

// skips adds what cannot be tried here.
func (s *site) skips(out map[string]string) map[string]string {
	const person = "give --person: it takes somebody who works without duplex"
	if s.other == nil {
		for _, name := range []string{"Create/APersonsItemIsNotOwn", "Get/WithWhatIsKnownMissesNoComment", "Update/OfAStaleRevisionIsRefused",
			"Update/OfASetKeepsOthersElements", "Changes/AreListedOnlyWhenThereAreAny", "Changes/InTheSameTickAreAllSeen", "Changes/ACursorUsedTwiceLosesNothing",
			"Changes/PagesSurviveEditsInBetween", "Comments/AreInOrderWithTheirAuthors", "Attachments/OfAPersonAreNotOwn"} {
			out[name] = person
		}
	}
	samples := s.samples()
	kinds := map[core.Kind]bool{}
	for _, v := range samples {
		kinds[v[0].Kind()] = true
	}
	if !kinds[core.KindOption] {
		out["Update/OfAnUnknownOptionIsRefused"] = "no field with options is written"
	}
	if !kinds[core.KindUser] {
		out["Update/TakesAUserByEMail"] = "no field of a person is written"
	}
	if !kinds[core.KindSet] {
		out["Update/OfASetKeepsOthersElements"] = "no set is written"
	}
	if s.cleared(samples) == "" {
		out["Update/TellsEmptyFromAbsent"] = "no field can be emptied"
	}
	out["Webhook"] = "how the system signs its calls only its own calls show; duplex webhooks ensure tells how they are set up"
	if s.known.Email() == "" {
		out["Users/AreResolvedByEMail"] = "the account's e-mail address is not shown"
	}
	if len(s.elsewhere) == 0 {
		out["Match/KeepsToTheScope"], out["Search/KeepsToTheScope"] = "no other scope is known: give --elsewhere", "no other scope is known: give --elsewhere"
	}
	if it := s.manifest.Items[s.in.Type]; it.Changes == nil || !it.Changes.Gone {
		out["Changes/ShowADeletion"] = "the manifest's list does not show deleted items"
	}
	for _, group := range []string{"Describe", "Attributes", "Create", "Get", "Update", "Text", "Changes", "Comments", "Worklogs", "Attachments", "Search", "Match", "Users", "Batch", "Webhook", "Errors"} {
		if len(s.groups) > 0 && !slices.Contains(s.groups, group) {
			maps.DeleteFunc(out, func(name, _ string) bool { return strings.HasPrefix(name, group+"/") })
			out[group] = leftOut
		}
	}
	return out
}

// setup is the system for one test.
func (s *site) setup(conformance.TB) conformance.Setup[conformance.TB] {
	s.faulty.Fail("")
	facts := s.own.Facts()
	samples := s.samples()
	elsewhere, _ := scopeOf(s.elsewhere)
	title := s.manifest.Items[s.in.Type].Headline
	wait := func(d time.Duration) func(conformance.TB) {
		return func(t conformance.TB) {
			select {
			case <-time.After(d): // a live system's clock cannot be moved
			case <-t.Context().Done():
			}
		}
	}
	out := conformance.Setup[conformance.TB]{
		Connector: s.own, Type: s.in, Draft: s.draft, Samples: samples, Title: title, Cleared: s.cleared(samples), Body: s.text,
		Plain: func(v core.Value) string { return richtext.PlainText(richtext.Format(v.Format()), v.Source()) },
		Known: s.known, Made: func(id string) { s.made[id] = true },
		Search: conformance.Search{Query: func(word string) string { return strings.ReplaceAll(s.query, "{word}", word) }, PageOf: 100,
			Fields: []string{title}, Elsewhere: elsewhere},
		Tick: wait(facts.Precision + 100*time.Millisecond), Settle: wait(facts.FindLag + facts.Precision + 100*time.Millisecond),
		Fault: func(_ conformance.TB, f conformance.Fault) { s.faulty.Fail(f) },
	}
	if s.other != nil {
		out.Person = s.person()
	}
	return out
}

// person works with the second account.
func (s *site) person() (p conformance.Actor[conformance.TB]) {
	p.Create = func(t conformance.TB, d core.Draft) string {
		d.Mark = ""
		o, err := s.other.Create(t.Context(), d)
		if err != nil {
			t.Fatalf("as the second account: %v", err)
		}
		return o.Ref.ID
	}
	p.Edit = func(t conformance.TB, id string, fields map[string]core.Value) {
		if _, err := s.other.Update(t.Context(), id, core.Patch{Fields: fields}, "", connectors.Want{Type: s.in}); err != nil {
			t.Fatalf("as the second account: %v", err)
		}
	}
	if c, ok := connectors.As[connectors.Commenter](s.other); ok {
		p.Comment = func(t conformance.TB, id, text string, a core.Audience) {
			if _, err := c.AddComment(t.Context(), id, core.CommentDraft{Body: s.text(text), Visibility: core.Visibility{Audience: a}}); err != nil {
				t.Fatalf("as the second account: %v", err)
			}
		}
	}
	if a, ok := connectors.As[connectors.Attacher](s.other); ok {
		p.Attach = func(t conformance.TB, id, name string, content []byte) {
			d := core.AttachmentDraft{Name: name, MediaType: "text/plain", Size: int64(len(content)), Visibility: core.Visibility{Audience: core.Internal}}
			if _, err := a.Attach(t.Context(), id, d, bytes.NewReader(content)); err != nil {
				t.Fatalf("as the second account: %v", err)
			}
		}
	}
	return p
}

func (s *site) text(text string) core.Value {
	f := richtext.Format(s.own.Facts().RichText)
	source, _ := richtext.Convert(richtext.Plain, f, text)
	return core.Text(string(f), source)
}

// draft is a new item with what it needs.
func (s *site) draft(n int) core.Draft {
	d := core.Draft{Type: s.in.Type, Scope: s.in.Scope, Fields: map[string]core.Value{}}
	for _, f := range s.described.Fields {
		if f.Required {
			if v := s.sample(f, 0); !v.IsAbsent() {
				d.Fields[f.Name] = v
			}
		}
	}
	d.Fields[s.manifest.Items[s.in.Type].Headline] = core.String(fmt.Sprintf("duplex check %s %d", s.now().UTC().Format("2006-01-02 15:04:05"), n))
	return d
}

// samples are two values for every field that the suite writes.
func (s *site) samples() map[string][2]core.Value {
	out := map[string][2]core.Value{}
	for _, f := range s.described.Fields {
		_, scope := s.in.Scope[f.Name]
		if f.ReadOnly || scope || slices.Contains(s.leave, f.Name) {
			continue
		}
		if a, b := s.sample(f, 0), s.sample(f, 1); !a.IsAbsent() && !b.IsAbsent() {
			out[f.Name] = [2]core.Value{a, b}
		}
	}
	return out
}

// sample is the first or second value of a field; absent where none is known.
func (s *site) sample(f connectors.Field, i int) core.Value {
	switch f.Kind {
	case core.KindString:
		return core.String([]string{"one", "two"}[i])
	case core.KindText:
		return s.text([]string{"first", "second\nline"}[i])
	case core.KindNumber:
		return core.Int(int64(10 * (i + 1)))
	case core.KindBool:
		return core.Bool(i == 0)
	case core.KindDate:
		v, _ := core.Date([]string{"2040-05-01", "2040-06-02"}[i])
		return v
	case core.KindDateTime:
		return core.DateTime(time.Date(2040, 5, 1, 9, 30, i, 0, time.UTC))
	case core.KindOption:
		if len(f.Options) > 1 {
			return f.Options[1-i]
		}
	case core.KindUser:
		if people := []core.Value{s.known, s.self}; people[0].ID() != people[1].ID() {
			return people[i]
		}
	case core.KindSet:
		if f.Of == core.KindString && len(f.Options) == 0 {
			return []core.Value{core.Strings("duplex-a", "duplex-b"), core.Strings("duplex-c")}[i]
		}
		if n := len(f.Options); n > 1 {
			return core.Set(f.Options[i])
		}
	}
	return core.Absent()
}

// cleared is a field that can be emptied.
func (s *site) cleared(samples map[string][2]core.Value) string {
	for _, kind := range []core.Kind{core.KindDate, core.KindDateTime, core.KindNumber, core.KindText, core.KindUser, core.KindSet} {
		for _, f := range s.described.Fields {
			if _, ok := samples[f.Name]; ok && f.Kind == kind && !f.Required {
				return f.Name
			}
		}
	}
	return ""
}

// clear deletes what was made, and tells what is still there.
func (s *site) clear(ctx context.Context) (left []string) {
	d, can := connectors.As[connectors.Deleter](s.own)
	for id := range s.made {
		if can && !s.keep {
			if err := d.Delete(ctx, id); err == nil || errors.Is(err, connectors.ErrNotFound) {
				continue
			}
		}
		left = append(left, id)
	}
	slices.Sort(left)
	return left
}
