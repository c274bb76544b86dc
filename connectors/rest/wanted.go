package rest

// wanted is where a manifest gives a capability.
var wanted = map[string]string{
	"Deleter":           "write items.TYPE.delete",
	"Commenter":         "write items.TYPE.comments with add",
	"CommentEditor":     "write items.TYPE.comments.edit",
	"CommentDeleter":    "write items.TYPE.comments.delete",
	"CommentNarrower":   "write items.TYPE.comments.make_private",
	"CommentFinder":     "write items.TYPE.comments.mark, and give the settings it needs: without it a comment whose answer was lost waits for a person",
	"AttachmentOpener":  "write items.TYPE.attachments with content",
	"Attacher":          "write items.TYPE.attachments.upload",
	"AttachmentDeleter": "write items.TYPE.attachments.delete",
	"AttachmentFinder":  "write items.TYPE.attachments.upload",
	"Finder":            "write items.TYPE.mark with find, and give the settings it needs: without it a create whose answer was lost waits for a person",
	"Searcher":          "write items.TYPE.search",
	"FieldFinder":       "give a field match",
	"UserResolver":      "write users.find",
	"NameResolver":      "write users.find_by_name",
	"Identifier":        "write self: without it own changes are not told from others'",
	"BatchGetter":       "write items.TYPE.batch",
	"Starter":           "use {since} in items.TYPE.changes",
	"Historian":         "write items.TYPE.history",
	"WebhookParser":     "write webhook: without it changes are found by sweeps",
}

// Wanted tells what to write in a manifest so that its connector has a capability, by the name of the capability's interface; "" for one
// that no manifest can give.
func Wanted(capability string) string { return wanted[capability] }
