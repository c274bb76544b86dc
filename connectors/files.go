package connectors

import (
	"slices"
	"time"

	"duplex/core"
)

// MayBe tells whether a file of an item may be the one that an earlier attempt to attach the draft added, where files hold no mark: of the
// own account, of that name and size, not older than since, and none of those that are taken. It is for AttachmentFinder.
func MayBe(a core.Attachment, draft core.AttachmentDraft, since time.Time, taken []string) bool {
	return a.Own && a.Name == draft.Name && (draft.Size < 0 || a.Size == draft.Size) && !a.CreatedAt.Before(since) && !slices.Contains(taken, a.ID)
}
