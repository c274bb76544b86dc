package rest

import (
	"encoding/json"
	"time"
)

// Manifest is what a manifest file says, compiled. The vocabulary is closed: schemas/manifest.schema.json is the same list, with the
// words for its author. The tags knows and holes name what an expression or a template may use at its place.
type Manifest struct {
	Name       string             `json:"manifest"`
	Title      string             `json:"title"`
	Settings   map[string]Setting `json:"settings"`
	Auth       Auth               `json:"auth"`
	Headers    map[string]string  `json:"headers"`
	Text       string             `json:"text"`
	Times      string             `json:"times"`
	Precision  Duration           `json:"precision"`
	Rate       float64            `json:"rate"`
	MaxComment int                `json:"max_comment"`
	Errors     Errors             `json:"errors"`
	Limits     RateLimit          `json:"rate_limit"`
	Paging     *Paging            `json:"paging"`
	Self       *Request           `json:"self"`
	Users      *Users             `json:"users"`
	Webhook    *Webhook           `json:"webhook"`
	Items      map[string]*Item   `json:"items"`
}

// Setting is one entry of settings that a system file of this manifest may have beside those of every kind.
type Setting struct {
	Help     string   `json:"help"`
	Required bool     `json:"required"`
	Default  string   `json:"default"`
	Oneof    []string `json:"oneof"`
}

// Auth is how duplex signs in. The credential itself is in the system file.
type Auth struct {
	Method    string   `json:"method"` // header | basic | bearer | oauth2 | query | none
	Header    string   `json:"header"`
	Prefix    string   `json:"prefix"`
	Parameter string   `json:"parameter"`
	TokenURL  string   `json:"token_url"`
	Scopes    []string `json:"scopes"`
	Strangers bool     `json:"strangers_see"` // who is not known gets answers too, of what everybody may see
}

// Errors maps refusals to the classes of connectors.
type Errors struct {
	Message *Expr       `json:"message" knows:"body header status"`
	Fields  *Expr       `json:"fields" knows:"body header status"` // a map from the vendor's name to the reason
	Rules   []ErrorRule `json:"rules"`
	Failed  *Expr       `json:"failed" knows:"body header status"` // an answer of status 200 that is a refusal all the same
}

// ErrorRule gives refusals a class. The first that fits counts.
type ErrorRule struct {
	Status []int  `json:"status"`
	When   *Expr  `json:"when" knows:"body header status"`
	Class  string `json:"class"` // not-found | stale | denied | unsupported | too-large | busy | maintenance | invalid
}

// RateLimit names the headers in which the system tells how much may still be called.
type RateLimit struct {
	Remaining string `json:"remaining"`
	Reset     string `json:"reset"`
	ResetIs   string `json:"reset_is"` // seconds | unix
}

// Paging is how a list goes on.
type Paging struct {
	Style     string `json:"style"`     // link | cursor | offset | page | none
	Parameter string `json:"parameter"` // takes the cursor, offset or page number
	Size      string `json:"size"`      // takes the number of items on a page
	Limit     int    `json:"limit"`     // the largest page
	First     int    `json:"first"`     // number of the first page or offset
	Next      *Expr  `json:"next" knows:"body header"`
	Total     *Expr  `json:"total" knows:"body header"`
}

// Request is one call.
type Request struct {
	Method  string            `json:"method"`
	Path    Template          `json:"path"`
	Query   map[string]Values `json:"query"`
	Headers map[string]string `json:"headers"`
	Body    *Tree             `json:"body"`
	Under   string            `json:"under"`  // the key of the body that fields are written below
	Encode  string            `json:"encode"` // json | form
	Item    *Expr             `json:"item" knows:"body header"`
	Items   *Expr             `json:"items" knows:"body header"`
	Paging  *Paging           `json:"paging"`
}

// Users is how people are known.
type Users struct {
	ID     *Expr    `json:"id" knows:"user"`
	Email  *Expr    `json:"email" knows:"user"`
	Name   *Expr    `json:"name" knows:"user"`
	Get    *Request `json:"get"`
	Find   *Request `json:"find"`
	ByName *Request `json:"find_by_name"`
}

// Item is one type of item.
type Item struct {
	Label       string            `json:"label"`
	Headline    string            `json:"headline"`
	ID          *Expr             `json:"id" knows:"item settings"`
	IDIs        string            `json:"id_is"` // its parts: "{owner}/{repo}/{number}"
	Key         *Expr             `json:"key" knows:"item settings"`
	URL         *Expr             `json:"url" knows:"item settings"`
	Created     *Expr             `json:"created" knows:"item settings"`
	Updated     *Expr             `json:"updated" knows:"item settings"`
	Revision    *Expr             `json:"revision" knows:"item settings header"`
	Creator     *Expr             `json:"creator" knows:"item settings"`
	Updater     *Expr             `json:"updater" knows:"item settings"`
	Only        *Expr             `json:"only" knows:"item settings"`
	Gone        *Expr             `json:"gone" knows:"item settings"`
	Scope       []string          `json:"scope"`
	Fields      map[string]*Field `json:"fields"`
	MoreFields  *MoreFields       `json:"more_fields"`
	Get         *Request          `json:"get"`
	Narrow      *Narrow           `json:"narrow"`
	Batch       *Batch            `json:"batch"`
	Create      *Request          `json:"create"`
	Update      *Update           `json:"update"`
	Delete      *Request          `json:"delete"`
	Changes     *Changes          `json:"changes"`
	Search      *Search           `json:"search"`
	Status      *Status           `json:"status"`
	Mark        *Mark             `json:"mark"`
	Comments    *Comments         `json:"comments"`
	Attachments *Attachments      `json:"attachments"`
	History     *History          `json:"history"`
}

// Field is one field of an item.
type Field struct {
	Label    string   `json:"label"`
	Kind     string   `json:"kind"`
	Of       string   `json:"of"`
	At       string   `json:"at"` // where it is read and written
	Read     *Expr    `json:"read" knows:"item settings"`
	Write    string   `json:"write"` // where it is written, when that is elsewhere
	As       string   `json:"as"`    // id | name | email | number | text | flag: how a value is written
	Empty    *any     `json:"empty"`
	Split    string   `json:"split"` // a set in one text, with this between its elements
	Options  *Options `json:"options"`
	Required bool     `json:"required"`
	ReadOnly bool     `json:"read_only"`
	OnCreate bool     `json:"on_create"` // only then
	MaxLen   int      `json:"max_len"`
	Ask      string   `json:"ask"`     // its name in the parameter of narrow
	List     string   `json:"list"`    // the parameter by which lists are narrowed to a value
	Match    *Match   `json:"match"`   // how items are found by it
	History  []string `json:"history"` // its names in the history
}

// Match is how items that hold a value are listed: by a request of its own, or by parameters of the list that searches or tells changes. What
// the list finds beside them is left out.
type Match struct {
	Request
	By string `json:"by"` // value | word: the longest run of letters and digits in it
}

// MoreFields are fields that the system itself lists.
type MoreFields struct {
	Request
	Only     *Expr  `json:"only" knows:"field settings"`
	Name     *Expr  `json:"name" knows:"field settings"`
	Label    *Expr  `json:"label" knows:"field settings"`
	ID       *Expr  `json:"id" knows:"field settings"`
	Kind     *Expr  `json:"kind" knows:"field settings"`
	Of       *Expr  `json:"of" knows:"field settings"`
	Required *Expr  `json:"required" knows:"field settings"`
	Options  *Expr  `json:"options" knows:"field settings"`
	At       string `json:"at"` // with {id}
	List     string `json:"list"`
	History  string `json:"history"`
	Empty    *any   `json:"empty"`
}

// Options are what an option field can hold: written out, or read from the system and believed for minutes.
type Options struct {
	Inline []Choice
	From   *OptionsFrom
}

// Choice is one option.
type Choice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// OptionsFrom reads options from the system.
type OptionsFrom struct {
	Request
	ID   *Expr `json:"id" knows:"option settings"`
	Name *Expr `json:"name" knows:"option settings"`
}

// Narrow asks for some fields only.
type Narrow struct {
	Parameter string   `json:"parameter"`
	Join      string   `json:"join"`
	Always    []string `json:"always"`
}

// Batch reads many items in one call.
type Batch struct {
	Request
	Join string `json:"join"`
	Most int    `json:"most"`
}

// Update changes an item.
type Update struct {
	Request
	Precondition *Precondition `json:"precondition"`
}

// Precondition makes the system itself refuse an update of an item that has moved on.
type Precondition struct {
	Header string `json:"header"`
	Field  string `json:"field"`
	Value  *Expr  `json:"value" knows:"item header settings"`
}

// Changes lists what changed.
type Changes struct {
	Request
	Order   string   `json:"order"` // asc | desc | none
	Since   string   `json:"since"` // rfc3339 | seconds | unix | unix-ms | date: how {since} is written
	Overlap Duration `json:"overlap"`
	Server  bool     `json:"filters_scope"` // an item that left the scope is not listed
	Gone    bool     `json:"lists_deleted"`
}

// Search lists what a query finds.
type Search struct {
	Request
	As string `json:"as"` // words | parameters: the words go into {query}, or are parameters themselves
}

// Status says how a status is reached.
type Status struct {
	Field string              `json:"field"`
	Hops  map[string][]string `json:"hops"` // from each status, those it can be changed to; nil: any
	List  *Request            `json:"transitions"`
	ID    *Expr               `json:"id" knows:"transition settings"`
	To    *Expr               `json:"to" knows:"transition settings"` // id or name of the status it leads to
	Take  *Request            `json:"take"`
}

// Mark is where the mark of an item, a comment or a file is kept.
type Mark struct {
	At   string   `json:"at"`
	Read *Expr    `json:"read" knows:"item comment file settings"`
	Text string   `json:"text"` // a field: the mark stands at its end, in the form of hidden
	Hide string   `json:"hidden"`
	Find *Request `json:"find"` // lists the items that may carry {mark}; what does not is left out
	Lag  Duration `json:"lag"`
}

// Comments is an item's conversation.
type Comments struct {
	With     map[string]Values `json:"with"` // added to the query of get
	Items    *Expr             `json:"items" knows:"item settings"`
	List     *Request          `json:"list"`
	ID       *Expr             `json:"id" knows:"item comment settings"`
	Author   *Expr             `json:"author" knows:"item comment settings"`
	Text     *Expr             `json:"text" knows:"item comment settings"`
	Created  *Expr             `json:"created" knows:"item comment settings"`
	Updated  *Expr             `json:"updated" knows:"item comment settings"`
	Private  *Expr             `json:"private" knows:"item comment settings"`
	Audience Template          `json:"audience"` // of comments that are not private: public | team
	Add      *Request          `json:"add"`
	Edit     *Request          `json:"edit"`
	Delete   *Request          `json:"delete"`
	Hide     *Request          `json:"make_private"`
	Get      *Request          `json:"get"`
	Mark     *Mark             `json:"mark"`
}

// Attachments are an item's files.
type Attachments struct {
	With    map[string]Values `json:"with"`
	Items   *Expr             `json:"items" knows:"item settings"`
	List    *Request          `json:"list"`
	ID      *Expr             `json:"id" knows:"item file settings"`
	Name    *Expr             `json:"name" knows:"item file settings"`
	Type    *Expr             `json:"type" knows:"item file settings"`
	Size    *Expr             `json:"size" knows:"item file settings"`
	Author  *Expr             `json:"author" knows:"item file settings"`
	Created *Expr             `json:"created" knows:"item file settings"`
	Content *Expr             `json:"content" knows:"item file settings"` // its address
	Readers Template          `json:"audience"`                           // public | team; as of comments where it is not said
	Upload  *Upload           `json:"upload"`
	Link    *Request          `json:"link"`
	Delete  *Request          `json:"delete"`
	Mark    *Mark             `json:"mark"`
}

// Upload sends a file's content, as the body or as a part of a form.
type Upload struct {
	Request
	Part   string            `json:"part"`  // "": the content is the body
	Parts  map[string]string `json:"parts"` // texts beside it
	Token  *Expr             `json:"token" knows:"body header"`
	Answer *Expr             `json:"file" knows:"body header"` // the new file, where the answer shows it
}

// History is who changed which field when.
type History struct {
	With    map[string]Values `json:"with"`
	Entries *Expr             `json:"entries" knows:"item settings"`
	List    *Request          `json:"list"`
	At      *Expr             `json:"at" knows:"entry settings"`
	By      *Expr             `json:"by" knows:"entry settings"`
	Fields  *Expr             `json:"fields" knows:"entry settings"` // a list of names
}

// Webhook is how incoming calls are verified and read.
type Webhook struct {
	Verify    string `json:"verify"` // hmac | secret | basic
	Header    string `json:"header"`
	Prefix    string `json:"prefix"`
	Encoding  string `json:"encoding"`  // hex | base64
	Timestamp string `json:"timestamp"` // a header with a time that is signed before the body
	Join      string `json:"join"`      // what stands between the two
	Delivery  *Expr  `json:"delivery" knows:"body header"`
	Type      *Expr  `json:"type" knows:"body header"`
	Item      *Expr  `json:"item" knows:"body header"`
	ID        *Expr  `json:"id" knows:"body header"`
	Actor     *Expr  `json:"actor" knows:"body header"`
	Kind      *Expr  `json:"kind" knows:"body header"` // changed | created | deleted | comments
	At        *Expr  `json:"at" knows:"body header"`
	Note      *Expr  `json:"note" knows:"body header"`
}

// Duration is written as 90s, 2m or 1h.
type Duration time.Duration

// UnmarshalJSON reads a duration's text.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := time.ParseDuration(s)
	*d = Duration(v)
	return err
}

// UnmarshalJSON reads a list of options, or where they are read from.
func (o *Options) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		return json.Unmarshal(b, &o.From)
	}
	return json.Unmarshal(b, &o.Inline)
}

// UnmarshalJSON reads {id, name} or one word for both.
func (c *Choice) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		c.ID, c.Name = s, s
		return nil
	}
	type plain Choice
	return json.Unmarshal(b, (*plain)(c))
}
