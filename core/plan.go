package core

import "time"

// Plan is what one sync decided, before anything is written. It is stored and shown; it holds content and so never
// enters a workflow's history.
type Plan struct {
	ID         string          `json:"id"`
	Pair       string          `json:"pair"`
	Connection string          `json:"connection"`
	Version    int             `json:"version"` // of the connection
	At         time.Time       `json:"at"`
	Base       [2]string       `json:"base"` // observation hashes, "" before the first sync
	Now        [2]string       `json:"now"`  // observation hashes, "" for an item to be created
	Decisions  []Decision      `json:"decisions"`
	Create     [2]*Draft       `json:"create"`
	Update     [2]*Patch       `json:"update"`
	Entries    []EntryDecision `json:"entries,omitempty"` // comments and attachments
	Erased     bool            `json:"erased,omitempty"`  // content was erased from it on request: it is to be shown, never carried out
	Trial      bool            `json:"trial,omitempty"`   // made to be looked at: it is never carried out
	// Twins are those that were known when the plan was made, of what references on each side name.
	Twins [2]Twins `json:"twins,omitzero"`
	// Resolutions are the operators' decisions that were known when the plan was made.
	Resolutions []string `json:"resolutions,omitempty"`
}

// Action is what a decision does about one rule.
type Action string

// The actions.
const (
	ActionNone   Action = "none"   // nothing changed
	ActionAgree  Action = "agree"  // both sides already mean the same: only the base moves
	ActionWrite  Action = "write"  // the target gets the value
	ActionMerge  Action = "merge"  // sets: both sides may get elements
	ActionPark   Action = "park"   // a conflict or an inexpressible value: nothing moves, somebody must act
	ActionParked Action = "parked" // still parked, nothing changed since
	ActionWait   Action = "wait"   // something it needs is still to come: nothing moves, nobody has to act
	ActionKeep   Action = "keep"   // changed on a side that may not flow, or may not now: left alone
)

// Decision is what was decided about one rule and why.
type Decision struct {
	Rule     string       `json:"rule"`  // Rule.ID
	Where    string       `json:"where"` // Rule.Where
	Fields   [2]string    `json:"fields"`
	Action   Action       `json:"action"`
	To       Side         `json:"to"` // with write
	Value    Value        `json:"value"`
	Fallback Value        `json:"fallback"`           // with write: used when Value names a user the target does not know
	Sets     [2]SetChange `json:"sets,omitzero"`      // with merge: what each side gets and loses
	Held     [2]bool      `json:"held,omitzero"`      // with keep and merge: towards that side a change waits for the rule's condition
	Pending  Side         `json:"pending"`            // with park: the side whose change waits
	Conflict bool         `json:"conflict,omitempty"` // both sides had changed to different meanings
	Loser    Value        `json:"loser"`              // with Conflict: the value that did not win, in its own side's words
	Post     bool         `json:"post,omitempty"`     // with Conflict: the loser is also posted as an internal comment on LoserOf
	Timed    bool         `json:"timed,omitempty"`    // with Conflict: the times of the two edits decided
	Follows  bool         `json:"follows,omitempty"`  // with write: both edits were merged, and the other side's write follows
	Losses   []string     `json:"losses,omitempty"`   // with write: formatting of the target that goes, in plain words
	LoserOf  Side         `json:"loser_of"`
	Reason   string       `json:"reason"` // plain words, no content
	Problem  *Problem     `json:"problem,omitempty"`
	// With write: a person who is not found by address is looked for by name; what is done when nobody is found; and what is
	// written to further fields of the target with it.
	ByName  bool             `json:"by_name,omitempty"`
	Unknown UnknownPolicy    `json:"unknown,omitzero"`
	Also    map[string]Value `json:"also,omitempty"`
	Kept    bool             `json:"kept,omitempty"` // nobody was found, and the person who is there stays: Value was not written
	// Parts are the fields that are written for a combined one, with their values: those that differ from what is there.
	Parts map[string]Value `json:"parts,omitempty"`
	// Wrote is what was really written where it differs from Value: the user found on the target, or Fallback.
	Wrote Value `json:"wrote,omitzero"`
	// Chosen tells that an operator decided this, By who, Resolution by which decision. Given tells that the operator gave a
	// value of their own; Half that the other side's write follows, until which the rule stays parked.
	Chosen     bool   `json:"chosen,omitempty"`
	Resolution string `json:"resolution,omitempty"`
	By         string `json:"by,omitempty"`
	Given      bool   `json:"given,omitempty"`
	Half       bool   `json:"half,omitempty"`
	// Fingerprint identifies the two current values; a parked rule is tried again when it changes.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Writes reports whether the decision writes the field of the side, be it beside its own.
func (d *Decision) Writes(to Side, field string) bool {
	if d.Action == ActionMerge {
		return d.Fields[to] == field
	}
	if d.Action != ActionWrite || d.To != to {
		return false
	}
	_, also := d.Also[field]
	if _, part := d.Parts[field]; part {
		also = true
	}
	return also || d.Fields[to] == field || d.Unknown.Field == field && field != ""
}

// EntryKind tells comments from attachments.
type EntryKind string

// The kinds of entries.
const (
	EntryComment    EntryKind = "comment"
	EntryAttachment EntryKind = "attachment"
	EntryWorklog    EntryKind = "worklog"
)

// EntryAction is what is done about one comment or attachment.
type EntryAction string

// The entry actions.
const (
	EntryAdd    EntryAction = "add"
	EntryEdit   EntryAction = "edit"
	EntryDelete EntryAction = "delete"
	EntryForget EntryAction = "forget" // drop the link only
	// The original may be read by fewer people than its copy: the copy is shown to fewer, or taken back where it cannot.
	EntryNarrow   EntryAction = "narrow"
	EntryWithdraw EntryAction = "withdraw"
	EntryPark     EntryAction = "park"
	EntrySkip     EntryAction = "skip" // an operator decided that it is left out for good
)

// EntryDecision is what was decided about one comment or attachment. Decisions to leave alone are not listed.
type EntryDecision struct {
	Kind       EntryKind        `json:"kind"`
	Action     EntryAction      `json:"action"`
	To         Side             `json:"to"`
	Source     string           `json:"source"`              // id of the entry on the side it was written
	Target     string           `json:"target,omitempty"`    // id of its copy, for edit, delete, narrow and withdraw
	Was        Visibility       `json:"was,omitzero"`        // who reads the source entry
	Visibility Visibility       `json:"visibility,omitzero"` // with narrow: who may read the copy
	Print      string           `json:"print"`               // fingerprint of the source entry's content
	Comment    *CommentDraft    `json:"comment,omitempty"`
	Attachment *AttachmentDraft `json:"attachment,omitempty"`
	Worklog    *WorklogDraft    `json:"worklog,omitempty"`
	Reason     string           `json:"reason"`
	Problem    *Problem         `json:"problem,omitempty"`
}

// Writes reports whether the plan writes anything to the side.
func (p *Plan) Writes(to Side) bool {
	if p.Create[to] != nil || p.Update[to] != nil {
		return true
	}
	for _, e := range p.Entries {
		if e.To == to && e.Action != EntryPark && e.Action != EntryForget && e.Action != EntrySkip {
			return true
		}
	}
	return false
}

// Problem says what is wrong in words for the person who must act.
type Problem struct {
	Class   ProblemClass `json:"class"`
	Text    string       `json:"text"`              // what is wrong, with the fix; no content of items
	Field   string       `json:"field,omitempty"`   // the field or entry it is about
	Value   string       `json:"value,omitempty"`   // kept in the ledger only
	Since   time.Time    `json:"since,omitzero"`    // UTC
	Retries string       `json:"retries,omitempty"` // what will try it again
}

// ProblemClass says who must act.
type ProblemClass string

// The classes of problems.
const (
	ProblemConflict    ProblemClass = "conflict"    // an operator: resolve to one of the values
	ProblemInvalid     ProblemClass = "invalid"     // the author of the mapping: the target refuses the value
	ProblemDenied      ProblemClass = "denied"      // the admin: credentials or rights
	ProblemGone        ProblemClass = "gone"        // an operator: the item was deleted or moved out of sight
	ProblemUnsupported ProblemClass = "unsupported" // the author of the mapping: the target cannot do it
	ProblemTooLarge    ProblemClass = "too-large"   // the author of the content: over the target's limit
	ProblemUnknown     ProblemClass = "unknown"     // an operator: it cannot be told whether a write happened
	ProblemBrake       ProblemClass = "brake"       // an operator: the connection was stopped, look and release it
	ProblemLoop        ProblemClass = "loop"        // the admin of a system: something there keeps changing what is written
	ProblemFailed      ProblemClass = "failed"      // an operator: everything else that does not pass by itself
)

// ProblemClasses are all of them, the gravest first.
var ProblemClasses = []ProblemClass{ProblemBrake, ProblemUnknown, ProblemLoop, ProblemDenied, ProblemFailed, ProblemGone, ProblemConflict,
	ProblemInvalid, ProblemUnsupported, ProblemTooLarge}
