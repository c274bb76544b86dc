package activities

import (
	"context"
	"errors"
	"fmt"

	"duplex/connectors"
	"duplex/core"
)

// note leaves an internal comment, once.
func (a *Activities) note(ctx context.Context, pair core.Pair, side core.Side, text string) error {
	_, err := a.noteAbout(ctx, pair, side, "deleted", text)
	return err
}

// noteAbout leaves an internal comment, once for what it is about, and returns its id. It carries a mark, so that it is never
// copied to the other side. A system that cannot keep it internal is ErrUnsupported.
func (a *Activities) noteAbout(ctx context.Context, pair core.Pair, side core.Side, about, text string) (string, error) {
	return a.noteOf(ctx, pair, side, about, func(format string) core.Value { return plainBody(format, text) })
}

// noteOf is noteAbout with a text in the system's own format.
func (a *Activities) noteOf(ctx context.Context, pair core.Pair, side core.Side, about string, body func(format string) core.Value) (string, error) {
	ref := pair.Sides[side].Ref
	c, err := a.Systems.Connector(ctx, ref.System)
	if err != nil {
		return "", err
	}
	commenter, ok := connectors.As[connectors.Commenter](c)
	if !ok {
		return "", fmt.Errorf("%s takes no comments: change the policy: %w", ref.System, connectors.ErrUnsupported)
	}
	mark := Mark(pair.ID, "note", side, about)
	intent, err := a.Store.BeginIntent(ctx, core.Intent{Mark: mark, Pair: pair.ID, Side: side, Kind: "comment", Source: "note", StartedAt: a.Now().UTC()})
	if err != nil || intent.ResultID != "" {
		return intent.ResultID, err
	}
	if intent.Attempts > 1 {
		finder, ok := connectors.As[connectors.CommentFinder](c)
		if !ok {
			return "", fmt.Errorf("whether an earlier attempt left the note cannot be told: %w", connectors.ErrUnsupported)
		}
		found, err := finder.FindComment(ctx, ref.ID, mark)
		if err == nil {
			return found.ID, a.Store.SettleIntent(ctx, mark, found.ID, "", "")
		}
		if !errors.Is(err, connectors.ErrNotFound) {
			return "", err
		}
	}
	made, err := commenter.AddComment(ctx, ref.ID, core.CommentDraft{Body: body(c.Facts().RichText),
		Visibility: core.Visibility{Audience: core.Internal}, Mark: mark})
	if err != nil {
		return "", err
	}
	return made.ID, a.Store.SettleIntent(ctx, mark, made.ID, "", "")
}
