package azuredevops

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"time"
)

type object = map[string]any

// state is everything a snapshot holds.
type state struct {
	NextItem, NextComment, NextLink, NextGUID, Watermark, NextNotification int

	Items         map[int]*item
	Files         map[string]*file
	Subscriptions map[string]*subscription
	Nodes         []*node
	Tags          map[string][]string // by project: the spelling that came first
	Tokens        map[string]time.Time
}

func newState() *state {
	return &state{NextItem: 1, NextComment: 2743814, NextLink: 1, NextNotification: 1, Items: map[int]*item{}, Files: map[string]*file{},
		Subscriptions: map[string]*subscription{}, Nodes: seedNodes(), Tags: map[string][]string{}, Tokens: map[string]time.Time{}}
}

// item is a work item: its newest revision is the last.
type item struct {
	ID       int
	Revs     []*revision
	Updates  []*update
	Comments []*comment
	Deleted  *deletion
	// Gone is set where it was destroyed: nothing shows it any more.
	Gone bool
}

// revision is a full state. Identities are held by address, numbers as float64, times as text.
type revision struct {
	Rev       int
	Fields    map[string]any
	Formats   map[string]string // long text fields in Markdown
	Relations []relation
	By        string
	At        time.Time
	Watermark int
	CommentID int // the comment that made the revision; 0 is none
	Version   int // of that comment
	Deleted   bool
}

// update is an entry of the history. One without Revised holds relations only.
type update struct {
	ID, Rev        int
	Revised        bool
	By             string
	At             time.Time
	Added, Removed []relation
	Changed        []relation
}

type relation struct {
	Rel        string
	URL        string // as given; of links to items and files the path below the organization
	Target     int    // of links to items
	File       string // of AttachedFile
	ID         int
	Attributes map[string]any
}

type deletion struct {
	By string
	At time.Time
}

type comment struct {
	ID       int
	Versions []commentVersion
	By       string
	At       time.Time
	Deleted  bool
}

type commentVersion struct {
	Text, Format, By string
	At               time.Time
}

// node is an area or iteration; Path starts with the project's name.
type node struct {
	ID           int
	Kind         string // areas, iterations
	Path         string
	Start, Until string
}

func (it *item) latest() *revision { return it.Revs[len(it.Revs)-1] }

// at is the newest revision that was there at that moment, or nil.
func (it *item) at(moment time.Time) *revision {
	for _, r := range slices.Backward(it.Revs) {
		if !r.At.After(moment) {
			return r
		}
	}
	return nil
}

func (it *item) text(field string) string {
	s, _ := it.latest().Fields[field].(string)
	return s
}

func (it *item) comment(id int) *comment {
	for _, co := range it.Comments {
		if co.ID == id {
			return co
		}
	}
	return nil
}

// guid makes an id that is the same in every run with the same history.
func guid(kind string, n int) string {
	sum := sha256.Sum256([]byte(kind + "/" + strconv.Itoa(n)))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (e *Emulator) newGUID(kind string) string {
	e.st.NextGUID++
	return guid(kind, e.st.NextGUID)
}

// tick cuts a time to the vendor's resolution: its database counts in three-hundredths of a second.
func tick(t time.Time) time.Time {
	t = t.UTC()
	n := (int64(t.Nanosecond())*300 + 500_000_000) / 1_000_000_000
	ms := (n*1000 + 150) / 300
	return t.Truncate(time.Second).Add(time.Duration(ms) * time.Millisecond)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999999Z") }

// never is what the vendor writes where nothing has ended yet.
const never = "9999-01-01T00:00:00Z"
