package core

// TextReference is a person, picture or file that a rich text names.
type TextReference struct {
	Kind ReferenceKind
	// ID is the account, or the stored picture or file, in its own system.
	ID string
	// URL is where a picture of the web is. On a plain text it makes that a link.
	URL string
	// Name is a display name, the alternative text of a picture, a file name, or what a plain text says.
	Name string
	// Collection is where a system keeps a stored picture or file.
	Collection string
}

// ReferenceKind is what a reference is to.
type ReferenceKind string

// The kinds of references. A reference may become a plain text.
const (
	RefMention ReferenceKind = "mention"
	RefImage   ReferenceKind = "image"
	RefFile    ReferenceKind = "file"
	RefText    ReferenceKind = "text"
)

// Refer says what a reference in a text of one side becomes in the other side's. It is pure.
type Refer func(TextReference) TextReference
