package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/emulators/harness"
	"duplex/standalone/kinds"
	"duplex/standalone/rig"
)

// A mixed site has two systems of any kinds. People work there through the kinds' connectors, signed in as ada, whom no fault hits; they do what
// every kind has, and the judge compares what both connectors show.

const (
	mixedConnection = "mixed"
	peoplesHand     = "people"
)

// mixedSides are the sides' names, in the order of the kinds.
var mixedSides = [2]string{"here", "there"}

// mixed is the layout of two kinds: those that the options name, or those that the seed draws.
// Their emulators run in this process: what signs in as a person may be known to it alone.
func mixed(o Options) (layout, error) {
	l := layout{connections: map[string]string{}, secret: kinds.Secret, spare: peoplesHand}
	profiles, err := drawKinds(o)
	if err != nil {
		return l, err
	}
	var ends [2]kinds.End
	for i, p := range profiles {
		site, err := kinds.Play(p, "any-"+p.Called(), kinds.Options{Seed: o.Seed, IndexLag: time.Second, RetryWait: 500 * time.Millisecond})
		if err != nil {
			return l, err
		}
		l.sites = append(l.sites, site)
		sys := site.Account("sync")
		sys.Limits = core.Limits{RequestsPerSecond: 200, Concurrency: 12}
		source, env, err := kinds.File(sys)
		if err != nil {
			return l, err
		}
		l.env = append(l.env, env...)
		l.ends[i] = end{kind: p.Called(), system: sys.Name, source: source, files: sys.Files, control: rig.Control(site.URL), silent: p.Webhooks != ""}
		ends[i] = kinds.End{Profile: p, Name: mixedSides[i], System: sys.Name, Start: fmt.Sprintf("item[%q].matches('^k[0-9a-f]{8} ')", p.Title)}
	}
	l.connections[mixedConnection] = kinds.Connection(mixedConnection, ends, fmt.Sprintf("sweep: %s", o.Sweep), "brakes: {changed: off, deleted: 60%, hold: 3s}")
	return l, nil
}

func drawKinds(o Options) (p [2]kinds.Profile, err error) {
	names := strings.Split(o.Kinds, ",")
	if o.Kinds == "random" {
		all := kinds.All()
		r := rand.New(rand.NewPCG(o.Seed, 8))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return [2]kinds.Profile{all[0], all[1]}, nil
	}
	if len(names) != 2 || names[0] == names[1] {
		return p, fmt.Errorf("-kinds is %q: it must be random, or two different kinds with a comma between", o.Kinds)
	}
	for i, name := range names {
		if p[i], err = kinds.Find(name); err != nil {
			return p, err
		}
	}
	return p, nil
}

// desk is ada at one of the systems.
type desk struct {
	kinds.Profile
	side   side
	ada    connectors.Connector
	list   connectors.Connector // the integration's account, to list what there is; no fault hits it either
	fields connectors.Description
	emails map[string]core.Value // whom she assigns, by address
	cursor connectors.Cursor     // how far she has looked for new items
	looked map[string]bool
}

// desks lets ada sign in at both systems.
func (s *site) desks(ctx context.Context) (both [2]*desk, err error) {
	profiles, err := drawKinds(s.o)
	if err != nil {
		return both, err
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: handed{http.DefaultTransport.(*http.Transport).Clone()}}
	for i, p := range profiles {
		d := &desk{Profile: p, side: side(i), emails: map[string]core.Value{}, looked: map[string]bool{}}
		if d.ada, err = kinds.Connect(p.At(s.ends[i].system, string(s.ends[i].control), "ada"), nil, client); err != nil {
			return both, err
		}
		if d.list, err = kinds.Connect(p.At(s.ends[i].system, string(s.ends[i].control), "sync"), nil, client); err != nil {
			return both, err
		}
		if d.fields, err = d.ada.Describe(ctx, p.Type); err != nil {
			return both, err
		}
		for _, email := range p.Assignee.People {
			if p.Assignee.None == "" {
				if d.emails[email], err = d.person(ctx, email); err != nil {
					return both, err
				}
			}
		}
		both[i] = d
	}
	return both, nil
}

func (d *desk) person(ctx context.Context, email string) (core.Value, error) {
	if id := d.Assignee.Hidden[email]; id != "" {
		return core.Person(id, "", ""), nil
	}
	r, ok := d.ada.(connectors.UserResolver)
	if !ok {
		return core.Absent(), fmt.Errorf("%s finds nobody by e-mail", d.Kind)
	}
	return r.ResolveUser(ctx, d.Type, core.Person("", email, ""))
}

// handed says with every call that it is a person's.
type handed struct{ next http.RoundTripper }

func (h handed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(harness.HandHeader, peoplesHand)
	return h.next.RoundTrip(r)
}

// playMixed lets the storm pass and judges what is left.
func playMixed(ctx context.Context, s *site, p plan, rec *record, out io.Writer) (*verdict, error) {
	fmt.Fprintf(out, "chaos: the systems are %s and %s\n", s.ends[0].kind, s.ends[1].kind)
	desks, err := s.desks(ctx)
	if err != nil {
		return nil, err
	}
	c := &crew{s: s, desks: desks, rec: rec, wishes: map[*item][]wish{}}
	c.storm(ctx, p, out)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	ended := time.Now()
	sleep(ctx, 2*s.o.Sweep+restFor) // what only sweeps tell has been told
	quiet := s.settle(ctx, nil, out)
	v := c.judge(ctx, p, quiet)
	v.Quiet = time.Since(ended).Round(time.Second).Seconds()
	return v, nil
}
