package connectors

import (
	"testing"
	"time"

	"duplex/core"
)

func TestMayBe(t *testing.T) {
	since := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	file := core.Attachment{ID: "1", Name: "a.txt", Size: 3, CreatedAt: since, Own: true}
	draft := core.AttachmentDraft{Name: "a.txt", Size: 3}
	for _, c := range []struct {
		change func(*core.Attachment, *core.AttachmentDraft)
		taken  []string
		want   bool
		reason string
	}{
		{func(*core.Attachment, *core.AttachmentDraft) {}, nil, true, "all is as it was sent"},
		{func(a *core.Attachment, _ *core.AttachmentDraft) { a.Own = false }, nil, false, "somebody else's"},
		{func(a *core.Attachment, _ *core.AttachmentDraft) { a.Name = "b.txt" }, nil, false, "another name"},
		{func(a *core.Attachment, _ *core.AttachmentDraft) { a.Size = 4 }, nil, false, "another size"},
		{func(a *core.Attachment, d *core.AttachmentDraft) { a.Size, d.Size = 4, -1 }, nil, true, "a size that was not known"},
		{func(a *core.Attachment, _ *core.AttachmentDraft) { a.CreatedAt = since.Add(-time.Second) }, nil, false, "it was there before"},
		{func(*core.Attachment, *core.AttachmentDraft) {}, []string{"1"}, false, "it is another file's copy"},
	} {
		a, d := file, draft
		c.change(&a, &d)
		if got := MayBe(a, d, since, c.taken); got != c.want {
			t.Errorf("%s: %v", c.reason, got)
		}
	}
}
