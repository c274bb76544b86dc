package connectors

// ables are the capabilities in the order people read them, in the words of what they allow.
var ables = []struct {
	text string
	has  func(Connector) bool
}{
	{"delete items", able[Deleter]},
	{"write comments", able[Commenter]},
	{"edit comments", able[CommentEditor]},
	{"delete comments", able[CommentDeleter]},
	{"read files", able[AttachmentOpener]},
	{"attach files", able[Attacher]},
	{"search items", able[Searcher]},
	{"find an item by a field", able[FieldFinder]},
	{"find people by e-mail address", able[UserResolver]},
	{"read many items at once", able[BatchGetter]},
	{"receive webhooks", able[WebhookParser]},
	{"register webhooks", able[WebhookRegistrar]},
}

func able[I any](c Connector) bool { _, ok := As[I](c); return ok }

// Able tells what a connector can do beyond the required methods, as far as an author of a mapping has to know it.
func Able(c Connector) []string {
	out := []string{}
	for _, a := range ables {
		if a.has(c) {
			out = append(out, a.text)
		}
	}
	return out
}
