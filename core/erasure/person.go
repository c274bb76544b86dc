// Package erasure says what is left of stored content when a person is erased from it: digests where values stood, so
// that a merge base still tells whether a side has changed, and nothing of what people wrote.
package erasure

import (
	"slices"
	"strings"

	"duplex/core"
)

// User is an account of a system.
type User struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// Person is somebody by everything that is known to name them. Names are only looked for in texts; who a user is, is told
// by account or e-mail address.
type Person struct {
	Emails []string `json:"emails,omitempty"` // in small letters
	Users  []User   `json:"users,omitempty"`
	Names  []string `json:"names,omitempty"`
}

// Named is the person an operator names: an e-mail address, or SYSTEM:USERID. ok is false for a text that is neither.
func Named(texts ...string) (p Person, ok bool) {
	for _, t := range texts {
		t = strings.TrimSpace(t)
		system, id, colon := strings.Cut(t, ":")
		switch {
		case colon && system != "" && id != "" && !strings.ContainsAny(system, "@ "):
			p.addUser(User{system, id})
		case !colon && strings.Count(t, "@") == 1 && !strings.HasPrefix(t, "@") && !strings.HasSuffix(t, "@") && !strings.Contains(t, " "):
			p.addEmail(t)
		default:
			return Person{}, false
		}
	}
	return p, len(texts) > 0
}

// Is reports whether a user of the system is the person.
func (p *Person) Is(v core.Value, system string) bool {
	if v.Kind() != core.KindUser {
		return false
	}
	return v.ID() != "" && slices.Contains(p.Users, User{system, v.ID()}) ||
		v.Email() != "" && slices.Contains(p.Emails, strings.ToLower(v.Email()))
}

// Mentions reports whether a text holds an e-mail address or a full name of the person. A name of one word is not looked
// for: it means too many things.
func (p *Person) Mentions(text string) bool {
	if text == "" {
		return false
	}
	text = strings.ToLower(text)
	for _, e := range p.Emails {
		if strings.Contains(text, e) {
			return true
		}
	}
	for _, n := range p.Names {
		if telling(n) && strings.Contains(text, strings.ToLower(n)) {
			return true
		}
	}
	return false
}

// telling is a name of two words or more.
func telling(name string) bool {
	return len(name) >= 5 && strings.Contains(strings.TrimSpace(name), " ")
}

// Learn adds what an observation tells of the person: other addresses, accounts and names of a user that is the person. It
// reports whether that was new.
func (p *Person) Learn(o *core.Observation) bool {
	before := len(p.Emails) + len(p.Users) + len(p.Names)
	users(o, func(v core.Value) {
		if !p.Is(v, o.Ref.System) {
			return
		}
		if v.ID() != "" {
			p.addUser(User{o.Ref.System, v.ID()})
		}
		p.addEmail(v.Email())
		if n := v.Name(); n != "" && !slices.Contains(p.Names, n) {
			p.Names = append(p.Names, n)
		}
	})
	return len(p.Emails)+len(p.Users)+len(p.Names) > before
}

func (p *Person) addUser(u User) {
	if !slices.Contains(p.Users, u) {
		p.Users = append(p.Users, u)
	}
}

func (p *Person) addEmail(e string) {
	if e = strings.ToLower(e); e != "" && !slices.Contains(p.Emails, e) {
		p.Emails = append(p.Emails, e)
	}
}

// users calls f with every user an observation shows.
func users(o *core.Observation, f func(core.Value)) {
	var walk func(core.Value)
	walk = func(v core.Value) {
		if v.Kind() == core.KindUser {
			f(v)
		}
		for _, e := range v.Items() {
			walk(e)
		}
	}
	walk(o.CreatedBy)
	walk(o.UpdatedBy)
	for _, v := range o.Fields {
		walk(v)
	}
	for _, v := range o.Held {
		walk(v)
	}
	for _, c := range o.Comments {
		walk(c.Author)
	}
	for _, w := range o.Worklogs {
		walk(w.Author)
	}
	for _, f := range o.Attachments {
		walk(f.Author)
	}
	for _, v := range o.People {
		walk(v)
	}
}
