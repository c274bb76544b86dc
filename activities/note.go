package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		found, err := leftNote(ctx, c, ref, mark, body(c.Facts().RichText), intent.StartedAt)
		if err == nil {
			return found, a.Store.SettleIntent(ctx, mark, found, "", "")
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

// leftNote finds a note that an earlier attempt left: by its mark, or where comments hold none by its words.
func leftNote(ctx context.Context, c connectors.Connector, ref core.Ref, mark string, body core.Value, since time.Time) (string, error) {
	if finder, ok := connectors.As[connectors.CommentFinder](c); ok {
		found, err := finder.FindComment(ctx, ref.ID, mark)
		if !errors.Is(err, connectors.ErrUnsupported) { // else the system may have taken the mark away
			return found.ID, err
		}
	}
	o, err := c.Get(ctx, ref.ID, connectors.Want{Type: connectors.ItemType{Type: ref.Type}, Fields: []string{}, Comments: true, Full: true})
	if err != nil {
		return "", err
	}
	same, _ := byContent(o.Comments, since, nil, core.Internal, body)
	if len(same) == 0 {
		return "", fmt.Errorf("such a note: %w", connectors.ErrNotFound)
	}
	return same[0], nil
}
