package zendesk

import (
	"encoding/json"
	"time"

	"duplex/core"
)

// ticket is the vendor's ticket, as far as it is read.
type ticket struct {
	ID             int64
	Subject        string
	Description    string
	Status         string
	Priority       *string
	Type           *string
	Tags           []string
	ExternalID     *string `json:"external_id"`
	RequesterID    *int64  `json:"requester_id"`
	SubmitterID    *int64  `json:"submitter_id"`
	AssigneeID     *int64  `json:"assignee_id"`
	GroupID        *int64  `json:"group_id"`
	OrganizationID *int64  `json:"organization_id"`
	BrandID        *int64  `json:"brand_id"`
	FormID         *int64  `json:"ticket_form_id"`
	ProblemID      *int64  `json:"problem_id"`
	CustomStatusID *int64  `json:"custom_status_id"`
	DueAt          *string `json:"due_at"`
	CreatedAt      string  `json:"created_at"`
	UpdatedAt      string  `json:"updated_at"`
	CommentCount   *int    `json:"comment_count"`
	Custom         []struct {
		ID    int64
		Value json.RawMessage
	} `json:"custom_fields"`
}

// audit is the record of one update.
type audit struct {
	ID        int64
	AuthorID  int64  `json:"author_id"`
	CreatedAt string `json:"created_at"`
	Metadata  struct {
		Custom map[string]any
	}
	Events []struct {
		Type  string
		HTML  string `json:"html_body"`
		Field any    `json:"field_name"` // of a change; the vendor writes a custom field's id as a text
	}
}

// mark is what a write of duplex put into the update's metadata, "" for another's.
func (a audit) mark() string {
	m, _ := a.Metadata.Custom[markKey].(string)
	return m
}

// comment is one entry of a ticket's conversation.
type comment struct {
	ID          int64
	AuditID     int64  `json:"audit_id"`
	AuthorID    int64  `json:"author_id"`
	Body        string `json:"plain_body"`
	HTML        string `json:"html_body"`
	Public      bool
	CreatedAt   string `json:"created_at"`
	Attachments []attachment
	Metadata    struct{ Custom map[string]any }
}

type attachment struct {
	ID         int64
	Name       string `json:"file_name"`
	Type       string `json:"content_type"`
	Size       int64
	Inline     bool
	Deleted    bool
	ContentURL string `json:"content_url"`
	MappedURL  string `json:"mapped_content_url"`
	Malware    string `json:"malware_scan_result"`
}

// revision is the ticket's state as safe_update compares it: updated_at in UTC seconds. "" when it cannot be read.
func revision(updatedAt string) string {
	t := instant(updatedAt)
	if t.IsZero() {
		return ""
	}
	return t.Truncate(time.Second).Format(time.RFC3339)
}

// instant is a vendor's time in UTC, zero when it cannot be read.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// visibility of a comment: every agent may read an internal note.
func visibility(public bool) core.Visibility {
	if public {
		return core.Visibility{Audience: core.Public}
	}
	return core.Visibility{Audience: core.Internal}
}
