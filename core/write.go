package core

// Patch is what to write to an existing item. Fields that it does not name stay as they are.
type Patch struct {
	Fields map[string]Value     `json:"fields,omitempty"` // an empty value clears the field; absent is not allowed
	Sets   map[string]SetChange `json:"sets,omitempty"`   // elements to add and remove, so that nobody else's element is lost
}

// SetChange changes a set without replacing it.
type SetChange struct {
	Add    Value `json:"add"`    // a set
	Remove Value `json:"remove"` // a set
}

// IsEmpty reports that the patch writes nothing.
func (p Patch) IsEmpty() bool { return len(p.Fields) == 0 && len(p.Sets) == 0 }

// Names are the fields the patch writes, in no particular order.
func (p Patch) Names() []string {
	var names []string
	for n := range p.Fields {
		names = append(names, n)
	}
	for n := range p.Sets {
		names = append(names, n)
	}
	return names
}

// Draft is a new item.
type Draft struct {
	Type   string            `json:"type"`
	Scope  map[string]string `json:"scope,omitempty"` // where it goes: project, issue type, queue
	Fields map[string]Value  `json:"fields"`
	Mark   string            `json:"mark"` // deterministic per pair and side; found again by Finder
}

// CommentDraft is a comment to write.
type CommentDraft struct {
	Body       Value      `json:"body"` // text in the target's format, header included
	Visibility Visibility `json:"visibility"`
	Mark       string     `json:"mark"`
	// Author is whom the comment is written as, where the system can; absent: the own account. Bare is then the text, without the line
	// that names the author.
	Author Value `json:"author,omitzero"`
	Bare   Value `json:"bare,omitzero"`
}

// AttachmentDraft is a file to add, less its content, which is streamed.
type AttachmentDraft struct {
	Name       string     `json:"name"`
	MediaType  string     `json:"media_type,omitempty"`
	Size       int64      `json:"size"` // bytes; -1 when not known
	Visibility Visibility `json:"visibility"`
	Mark       string     `json:"mark"`
}
