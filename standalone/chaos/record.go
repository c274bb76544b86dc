package chaos

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// item is what people made: one piece of work that both systems are to show.
type item struct {
	token  string // in every title and in the description
	origin side
	made   time.Time

	doing sync.Mutex // people do one thing at a time to an item, on whichever side: so it is known what came after what

	mu     sync.Mutex
	ids    [2]string
	found  [2]time.Time // when people came to know the item on that side
	labels map[string]bool
	said   []*said
	filed  []*filed
	acts   []*act
	gone   [2]bool // deleted by a person
}

// act is one thing that a person did and that the system acknowledged.
type act struct {
	Seq     int       `json:"seq"`
	Item    string    `json:"item"`
	Side    string    `json:"side"`
	Who     string    `json:"who"`
	What    string    `json:"what"`
	Begun   time.Time `json:"begun"`
	Ended   time.Time `json:"ended"`
	Audit   string    `json:"audit,omitempty"` // what the help desk calls it
	Refused string    `json:"refused,omitempty"`
	Unsure  string    `json:"unsure,omitempty"` // the answer was lost
}

// said is a comment with every wording that it had.
type said struct {
	side     side
	id       string
	audience string // public, internal, or role:<name>
	wordings []string
}

type filed struct {
	side     side
	name     string
	hash     string
	audience string
}

// record is everything people did. It is safe for concurrent use.
type record struct {
	mu    sync.Mutex
	items []*item
	seq   int
	out   *os.File
	kinds map[string]int
}

func newRecord(dir string) *record {
	r := &record{kinds: map[string]int{}}
	r.out, _ = os.Create(filepath.Join(dir, "acts.jsonl")) // a record in memory is enough for the judge
	return r
}

func (r *record) close() {
	if r.out != nil {
		r.out.Close()
	}
}

// add notes an act of an item.
func (r *record) add(i *item, a *act, kind string) {
	r.mu.Lock()
	r.seq++
	a.Seq, a.Item = r.seq, i.token
	if a.Refused == "" {
		r.kinds[kind]++
	} else {
		r.kinds["refused"]++
	}
	if r.out != nil {
		_ = json.NewEncoder(r.out).Encode(a)
	}
	r.mu.Unlock()
	i.mu.Lock()
	i.acts = append(i.acts, a)
	i.mu.Unlock()
}

func (r *record) born(i *item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = append(r.items, i)
}

func (r *record) all() []*item {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*item(nil), r.items...)
}

// lastAct is when somebody last did something.
func (r *record) lastAct() (t time.Time) {
	for _, i := range r.all() {
		i.mu.Lock()
		for _, a := range i.acts {
			if a.Ended.After(t) {
				t = a.Ended
			}
		}
		i.mu.Unlock()
	}
	return t
}

func (r *record) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for kind, k := range r.kinds {
		if kind != "refused" {
			n += k
		}
	}
	return n
}

// id is the item's id on a side, "" while people do not know of it there.
func (i *item) id(s side) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.ids[s]
}

// known says whether people know the item on both sides, and have for that long.
func (i *item) known(d time.Duration, now time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for s := range i.ids {
		if i.ids[s] == "" || i.gone[s] || now.Sub(i.found[s]) < d {
			return false
		}
	}
	return true
}

func (i *item) dead() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.gone[0] || i.gone[1]
}

// find notes where an item is.
func (i *item) find(s side, id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ids[s] == "" {
		i.ids[s], i.found[s] = id, time.Now()
	}
}
