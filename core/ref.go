package core

// Ref names an item. System and ID identify it; the rest is for people and for building URLs.
type Ref struct {
	System string `json:"system"`
	Type   string `json:"type,omitempty"` // the item type as the connection names it: ticket, issue, incident
	ID     string `json:"id"`             // the system's immutable id, never a key that changes on a move
	Key    string `json:"key,omitempty"`  // what people call it: ENG-12, #35436
	URL    string `json:"url,omitempty"`  // where a person opens it
}

// IsZero reports a side whose item does not exist yet.
func (r Ref) IsZero() bool { return r.ID == "" }

// String is the human name of the item, falling back to its id.
func (r Ref) String() string {
	if r.IsZero() {
		return r.System + ":(none)"
	}
	return r.System + ":" + firstOf(r.Key, r.ID)
}

// Side is the position of a side in its connection: A is the one written first in the file.
type Side int

// The two sides of a connection.
const (
	A Side = 0
	B Side = 1
)

// Other is the opposite side.
func (s Side) Other() Side { return 1 - s }

// Sides lists both, for range.
var Sides = [2]Side{A, B}
