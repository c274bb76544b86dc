package connectors

import (
	"context"
	"io"
	"net/http"
	"time"

	"duplex/core"
)

// The capabilities. Each is one method, asked for with As, and asserted with `var _ X = …` at the foot of the connector's file.

// Deleter deletes an item. An item that is already gone is ErrNotFound.
type Deleter interface {
	Delete(ctx context.Context, id string) error
}

// Commenter writes a comment that carries the draft's mark where the system can hold one. It fails with
// ErrUnsupported rather than show a comment to a wider audience than the draft says. It does not look for an earlier
// comment with the mark; see CommentFinder.
type Commenter interface {
	AddComment(ctx context.Context, itemID string, draft core.CommentDraft) (core.Comment, error)
}

// InlineFile is a file that a text shows, to be sent with the text. In the text it stands as a picture whose address is Ref.
type InlineFile struct {
	Ref  string
	File core.AttachmentDraft
	Open func(ctx context.Context) (io.ReadCloser, error) // read once
}

// InlineCommenter is a Commenter of a system where a file and the text that shows it are written together. The comment shows each file in
// the place of its Ref; made are the files in their order. Nothing is written when a file cannot be.
type InlineCommenter interface {
	AddCommentWith(ctx context.Context, itemID string, draft core.CommentDraft, files []InlineFile) (c core.Comment, made []core.Attachment, err error)
}

// InlineCreator is InlineCommenter for the texts of a new item.
type InlineCreator interface {
	CreateWith(ctx context.Context, draft core.Draft, files []InlineFile) (o core.Observation, made []core.Attachment, err error)
}

// CommentEditor replaces the text of a comment and leaves its visibility alone.
type CommentEditor interface {
	EditComment(ctx context.Context, itemID, commentID string, draft core.CommentDraft) (core.Comment, error)
}

// CommentDeleter deletes a comment.
type CommentDeleter interface {
	DeleteComment(ctx context.Context, itemID, commentID string) error
}

// CommentNarrower shows a comment to fewer people: to those of v or fewer, never to more. A comment that is shown to nobody else already
// stays as it is. Where the system cannot, it changes nothing and fails with ErrUnsupported.
type CommentNarrower interface {
	NarrowComment(ctx context.Context, itemID, commentID string, v core.Visibility) (core.Comment, error)
}

// CommentRedactor takes the text and the files of a comment away for good, where comments cannot be deleted: what is left shows nothing
// of them. Doing it again changes nothing.
type CommentRedactor interface {
	RedactComment(ctx context.Context, itemID, commentID string) error
}

// CommentFinder looks for a comment by its mark, by a direct read. Not there is ErrNotFound; that it cannot be told, because the system may
// have taken the mark away, is ErrUnsupported: then it is looked for by its words.
type CommentFinder interface {
	FindComment(ctx context.Context, itemID, mark string) (core.Comment, error)
}

// Worklogger writes a worklog that carries the draft's mark where the system can hold one. A connector that has it shows worklogs in
// Get. It changes nothing else of the item, such as an estimate, and does not look for an earlier worklog with the mark; see
// WorklogFinder.
type Worklogger interface {
	AddWorklog(ctx context.Context, itemID string, draft core.WorklogDraft) (core.Worklog, error)
}

// WorklogEditor replaces what a worklog says and leaves its readers alone.
type WorklogEditor interface {
	EditWorklog(ctx context.Context, itemID, worklogID string, draft core.WorklogDraft) (core.Worklog, error)
}

// WorklogDeleter deletes a worklog.
type WorklogDeleter interface {
	DeleteWorklog(ctx context.Context, itemID, worklogID string) error
}

// WorklogFinder looks for a worklog by its mark, by a direct read. Not there is ErrNotFound.
type WorklogFinder interface {
	FindWorklog(ctx context.Context, itemID, mark string) (core.Worklog, error)
}

// AttachmentOpener streams a file's content. The caller closes it. An answer that is not the file (a sign-in page, a
// file still being scanned) is an error, never content.
type AttachmentOpener interface {
	OpenAttachment(ctx context.Context, itemID string, a core.Attachment) (io.ReadCloser, error)
}

// Attacher adds a file. The reader is read once.
type Attacher interface {
	Attach(ctx context.Context, itemID string, draft core.AttachmentDraft, content io.Reader) (core.Attachment, error)
}

// AttachmentDeleter takes a file away for good. What is left in its place, if anything, is no attachment. A file that is already gone is
// ErrNotFound.
type AttachmentDeleter interface {
	DeleteAttachment(ctx context.Context, itemID, attachmentID string) error
}

// AttachmentFinder looks for a file that an earlier Attach may have added: by the draft's mark where the system holds
// one, else by own account, name, size and a time not before since. Taken lists ids that belong to other files.
// Not there is ErrNotFound.
type AttachmentFinder interface {
	FindAttachment(ctx context.Context, itemID string, draft core.AttachmentDraft, since time.Time, taken []string) (core.Attachment, error)
}

// Finder looks for items that carry a mark, the most consistent way the system has. None is an empty list and no error.
// Within Facts().FindLag of a create the answer may miss it.
type Finder interface {
	Find(ctx context.Context, t ItemType, mark string) ([]core.Ref, error)
}

// Historian tells what was changed after an item was created, where reads do not show it (Observation.Changed). It is asked
// when a create lost its answer: what people have changed meanwhile is not to be taken for something the create left out.
type Historian interface {
	// History gives, by field, when it was last changed after the create, and the fields whose last change the own account made.
	// Fields that nobody changed are left out. Times are UTC and after the create.
	History(ctx context.Context, id string) (changed map[string]time.Time, ours []string, err error)
}

// Searcher lists the items of a type and scope that a query in the vendor's own language finds, at least once each; deleted items are
// left out. No query reaches beyond the scope. A query that the vendor cannot read is an InvalidError with the vendor's words. The zero
// cursor begins; the order is the vendor's. A page may be empty and have more after it. Where the system looks in an index, what
// happened a moment ago may be missed.
type Searcher interface {
	Search(ctx context.Context, t ItemType, query string, cursor Cursor) (Page, error)
}

// FieldFinder finds the items of a type and scope whose field holds a value, as Holds tells. The value is taken as it is, whatever it
// means in the vendor's query language. None is an empty list and no error; of several, two at least are listed, however many others
// hold more than the value. Where the system looks in an index, an item that was given the value a moment ago may be missed, and one
// that held it a moment ago may be listed: the caller reads each. A field or a value that the system cannot search is an InvalidError
// that names the field.
type FieldFinder interface {
	FindByField(ctx context.Context, t ItemType, field, value string) ([]core.Ref, error)
}

// UserResolver finds a user of the system who is the same person as the given one, by e-mail. Nobody, or more than
// one, is ErrNotFound.
type UserResolver interface {
	ResolveUser(ctx context.Context, t ItemType, person core.Value) (core.Value, error)
}

// NameResolver finds the one user of the system whose display name is exactly the given one. Nobody, or more than one, is
// ErrNotFound: a name that two people have names nobody.
type NameResolver interface {
	ResolveUserByName(ctx context.Context, t ItemType, name string) (core.Value, error)
}

// Identifier names the account duplex acts as.
type Identifier interface {
	Self(ctx context.Context) (core.Value, error)
}

// BatchGetter reads many items in few calls, fields only. Items that are gone are left out.
type BatchGetter interface {
	GetMany(ctx context.Context, ids []string, want Want) ([]core.Observation, error)
}

// Starter gives the position in the feed of changes from which Changes lists everything that changed at or after t, and
// perhaps more. It makes no call.
type Starter interface {
	CursorAt(t time.Time) Cursor
}

// WebhookParser verifies and reads an incoming webhook. It verifies before it looks at anything else; a call that does
// not verify is ErrForged, one that verifies and cannot be read is ErrMalformed. It makes no remote call. self is the
// integration account's id, "" when not known.
type WebhookParser interface {
	ParseWebhook(call WebhookCall, self string) (Webhook, error)
}

// WebhookCall is an incoming HTTP request with its body read.
type WebhookCall struct {
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   []byte
	Now    time.Time // UTC
}

// Webhook is what a verified call says.
type Webhook struct {
	ID    string // the vendor's delivery id, the same on retries; "" where the vendor has none
	Hints []core.Hint
	Note  string // why there are no hints: a test call, an event that is not about items

	// Answer is what the sender wants to read back; nil where any success will do. It is sent only with a success, that is once the
	// call is recorded.
	Answer *WebhookAnswer
}

// WebhookAnswer is the answer to a sender that looks at more than the status: one that proves an address by a header it gets back, or one
// that sends again until it reads its own words.
type WebhookAnswer struct {
	Header      map[string]string
	ContentType string // "" is plain text
	Body        []byte // sent as it is; with a content type it is sent even when empty, else an empty one leaves the gateway's own words
}

// WebhookRegistrar makes the system send its webhooks to url, signed with secret. Calling it again changes nothing.
type WebhookRegistrar interface {
	EnsureWebhook(ctx context.Context, url, secret string) error
}

// WebhookGuide tells an admin how to make the system send its webhooks to url, one step after the other, where the system has no API for
// it or the account may not use it. A step names where the secret goes and never what it is. It makes no remote call.
type WebhookGuide interface {
	WebhookSteps(url string) []string
}

// Checker looks at whether the account may do what duplex needs of it for items of a type. It writes nothing, goes on after what is wrong,
// and asks little.
type Checker interface {
	Check(ctx context.Context, t ItemType) []Finding
}

// Finding is one thing that was looked at.
type Finding struct {
	What  string  `json:"what"`            // "sign in", "read tickets"
	State Verdict `json:"state"`           // what came of it
	Saw   string  `json:"saw,omitempty"`   // what was seen: no content, no secret
	Mend  string  `json:"mend,omitempty"`  // what an admin has to do, in the product's own words
	Where string  `json:"where,omitempty"` // the address or the screen where it is done
}

// Verdict of a finding.
type Verdict string

const (
	Fine  Verdict = "ok"
	Doubt Verdict = "warning" // it works, and something will not
	Wrong Verdict = "wrong"   // an admin has to act
)

// ClockReader tells how far the system's clock is ahead of the own one, as its answers tell; false before there was one.
type ClockReader interface {
	ClockSkew() (time.Duration, bool)
}
