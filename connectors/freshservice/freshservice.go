package freshservice

import (
	"duplex/connectors"
	"duplex/internal/freshworks"
)

// Connector speaks to one Freshservice account. All its methods may be called at once.
type Connector struct{ *freshworks.Connector }

// New builds a connector. It makes no remote call.
func New(cfg connectors.Config) (connectors.Connector, error) {
	c, err := freshworks.New(cfg, &product)
	if err != nil {
		return nil, err
	}
	return &Connector{c}, nil
}

func init() {
	connectors.Register(connectors.Kind{Name: "freshservice", Title: "Freshservice", Types: []string{"ticket", "problem", "change"}, New: New,
		Options: freshworks.Options(
			connectors.Option{Section: "auth", Name: "method", Oneof: []string{"key", "oauth"}, Default: "key", Help: "How duplex signs in: the API key of an agent, or an OAuth client of the Freshworks organisation."},
			connectors.Option{Section: "auth", Name: "email", Required: true, Help: "E-mail address of the agent that duplex works as; the vendor does not tell whose key it is."},
			connectors.Option{Section: "auth", Name: "client_id", Help: "Identifier of the OAuth client (oauth)."},
			connectors.Option{Section: "auth", Name: "client_secret", Secret: true, Help: "Secret of the OAuth client (oauth)."},
			connectors.Option{Section: "auth", Name: "refresh_token", Secret: true, Help: "Refresh token that the organisation gave for the agent (oauth)."},
			connectors.Option{Section: "auth", Name: "token_url", Help: "Address of the organisation's token endpoint (oauth)."},
			connectors.Option{Section: "settings", Name: "object_notes", Oneof: []string{"internal", "public"}, Help: "Who reads the notes of problems and changes, which cannot be private: internal lets internal comments be written there, public lets them become public elsewhere. Unsaid, neither is done."},
		)})
}

var (
	_ connectors.Connector         = (*Connector)(nil)
	_ connectors.Deleter           = (*Connector)(nil)
	_ connectors.Commenter         = (*Connector)(nil)
	_ connectors.CommentEditor     = (*Connector)(nil)
	_ connectors.CommentDeleter    = (*Connector)(nil)
	_ connectors.CommentFinder     = (*Connector)(nil)
	_ connectors.AttachmentOpener  = (*Connector)(nil)
	_ connectors.Attacher          = (*Connector)(nil)
	_ connectors.AttachmentDeleter = (*Connector)(nil)
	_ connectors.AttachmentFinder  = (*Connector)(nil)
	_ connectors.Finder            = (*Connector)(nil)
	_ connectors.Searcher          = (*Connector)(nil)
	_ connectors.FieldFinder       = (*Connector)(nil)
	_ connectors.UserResolver      = (*Connector)(nil)
	_ connectors.NameResolver      = (*Connector)(nil)
	_ connectors.Identifier        = (*Connector)(nil)
	_ connectors.Starter           = (*Connector)(nil)
	_ connectors.WebhookParser     = (*Connector)(nil)
	_ connectors.WebhookGuide      = (*Connector)(nil)
	_ connectors.Checker           = (*Connector)(nil)
	_ connectors.ClockReader       = (*Connector)(nil)
)
