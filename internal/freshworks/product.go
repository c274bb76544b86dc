package freshworks

import (
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// Product is what one of the two desks is like.
type Product struct {
	Name    string // Freshdesk
	Items   []Item // the first is what an item type of "" means
	Wrapped bool   // answers are objects with the thing under its name
	// Contacts are the people outside: where they are listed, and the key of their e-mail address.
	Contacts, ContactOne, ContactMany, ContactMail string
	SelfPath                                       string // who the key belongs to; "" where only the e-mail address tells
	MostFiles                                      int64  // bytes of all files of an item together
	AskTags                                        bool   // tags are shown only where they are asked for
	Workspaces                                     bool
	Archive                                        bool // items are put away after a while, where only /archived shows them
	// ByUpdate tells that lists can be put in the order of the last change; else they are in the order of creation.
	ByUpdate bool
	// SearchPages is how many pages of a search can be read, 0 where no end is known.
	SearchPages int
	// FileByID tells that a file's content is read by its id; else by a signed address that ends soon.
	FileByID bool
	// WebhookRoots are the keys under which the simple form of a webhook's body has its values.
	WebhookRoots []string
	// WebhookNumber is the placeholder of an item's number, behind its type and a dot.
	WebhookNumber string
}

// Item is one type of item.
type Item struct {
	Type      string // ticket
	Path      string // /api/v2/tickets
	One, Many string // ticket, tickets
	Prefix    string // of its ids, so that ids of two types differ
	Sign      string // before the number, for people: #
	Page      string // where a person opens it, before the number
	Agent     string // the key of whoever works on it
	// Notes tells that its comments are notes without replies, privacy and files.
	Notes          bool
	Form, FormMany string // where its fields are described, and the key of the list
	Fields         []Field
	Tags           bool
	Search         string         // where it is searched; "" where it is not
	SearchMany     string         // the key of the results
	Defaults       map[string]any // what a new one is given where the draft has nothing
	Scopes         []string       // keys that a scope may name
	WebhookIDs     []string       // keys of a webhook's body that hold its number
}

// Shape is how the vendor keeps a field.
type Shape int

// The shapes.
const (
	Line    Shape = iota // a text of one line
	Rich                 // HTML
	Code                 // a number with a meaning
	Label                // an option by the text people read
	Labels               // several of them
	Agent                // the id of an agent
	Person               // the id of a contact or an agent
	Group                // the id of a group
	ID                   // some other id, shown as text
	Words                // a list of words
	Instant              // a time
	Day                  // a date
	Number               // a number
	Flag                 // yes or no
)

var kindOf = map[Shape]core.Kind{Line: core.KindString, Rich: core.KindText, Code: core.KindOption, Label: core.KindOption, Labels: core.KindSet,
	Agent: core.KindUser, Person: core.KindUser, Group: core.KindOption, ID: core.KindString, Words: core.KindSet, Instant: core.KindDateTime,
	Day: core.KindDate, Number: core.KindNumber, Flag: core.KindBool}

// Field is one field of an item, the vendor's or the account's own.
type Field struct {
	Name     string // what mappings call it
	Key      string // the vendor's key
	Label    string
	Shape    Shape
	Options  []core.Value // as far as they are the same everywhere
	ReadOnly bool
	Once     bool // may be set when the item is made, and not later
	Required bool
	Custom   bool   // below custom_fields
	Form     string // what the form calls it, where that is not the key
	Whole    bool   // of a number: no decimals
	Long     bool   // a text of several lines, or of a type that is not searched
}

func (f Field) kind() core.Kind { return kindOf[f.Shape] }

// item finds a type by its name; "" is the first.
func (p *Product) item(name string) *Item {
	for i := range p.Items {
		if p.Items[i].Type == name || name == "" {
			return &p.Items[i]
		}
	}
	return nil
}

// locate reads an id as Refs have it: the item's type and the vendor's number.
func (p *Product) locate(id string) (*Item, int64) {
	for i := range p.Items {
		it := &p.Items[i]
		digits, ok := strings.CutPrefix(id, it.Prefix)
		if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && n > 0 && digits[0] != '+' {
			return it, n
		}
	}
	return nil, 0
}

// Options of a system file that both products have.
func Options(more ...connectors.Option) []connectors.Option {
	return append([]connectors.Option{
		{Section: "auth", Name: "key", Secret: true, Help: "API key of the agent that duplex works as; an agent of its own, so that its work can be told from people's."},
		{Section: "webhook", Name: "secret", Secret: true, Help: "The word that webhooks of the account carry in a header, made up by the admin."},
		{Section: "webhook", Name: "header", Default: DefaultHeader, Help: "The header that carries the secret."},
		{Section: "settings", Name: "mark_field", Help: "Name of a custom text field that holds the sync's mark; without one a ticket is marked by a tag."},
		{Section: "settings", Name: "index_lag", Default: defaultLag.String(), Help: "How long search and lists may miss a new item. When the answer to a create is lost, the item is looked for that long, and half as long again, before it is created once more; too short a time can double an item."},
		{Section: "settings", Name: "public_comments", Oneof: []string{"note", "reply"}, Default: "note", Help: "How a public comment is written: as a public note, or as a reply, which the requester gets by mail."},
		{Section: "settings", Name: "requesters", Oneof: []string{"known", "create"}, Default: "known", Help: "What to do with a requester whose e-mail address nobody has: refuse the value, or let the vendor make a new contact of it."},
		{Section: "settings", Name: "requester", Help: "E-mail address of whom new items are made for where the mapping names nobody; without it the account of duplex."},
	}, more...)
}
