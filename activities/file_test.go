package activities_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/memory"
	"duplex/core"
)

// corrupting is a system that stores something else than was sent, as often as times says. hidden tells that it does not tell a digest.
type corrupting struct {
	*memory.Connector
	times  *int
	hidden bool
	short  bool
	keeps  bool // the broken copy cannot be deleted
}

func (c corrupting) Attach(ctx context.Context, id string, d core.AttachmentDraft, content io.Reader) (core.Attachment, error) {
	if *c.times == 0 {
		return c.Connector.Attach(ctx, id, d, content)
	}
	*c.times--
	data, err := io.ReadAll(content)
	if err != nil {
		return core.Attachment{}, err
	}
	if d.Size = -1; c.short {
		data = data[1:]
	} else {
		data[0] ^= 1
	}
	a, err := c.Connector.Attach(ctx, id, d, bytes.NewReader(data))
	if c.hidden {
		a.Sum = ""
	}
	return a, err
}

func (c corrupting) DeleteAttachment(ctx context.Context, id, file string) error {
	if c.keeps {
		return connectors.ErrUnsupported
	}
	return c.Connector.DeleteAttachment(ctx, id, file)
}

func TestACopyThatIsNotTheFileIsTakenAwayAndMadeAgain(t *testing.T) {
	for _, c := range []struct {
		reason        string
		short, hidden bool
	}{
		{"another digest", false, false},
		{"another size, where no digest is told", true, true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := newDesk(t, deskFile)
			times := 2
			d.as[core.B] = func(m *memory.Connector) connectors.Connector {
				return corrupting{Connector: m, times: &times, short: c.short, hidden: c.hidden}
			}
			d.open(nil)
			d.sync()
			_, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "a.txt", "text/plain", []byte("content"), core.Public)
			d.must(err)
			d.sync()
			files := d.item(core.B).Attachments
			if times != 0 || len(files) != 1 || string(d.sys[core.B].Content(d.refs[core.B].ID, files[0].ID)) != "content" {
				t.Fatalf("there are %v", files)
			}
			links, err := d.store.Links(t.Context(), d.pair)
			d.must(err)
			sum := sha256.Sum256([]byte("content"))
			if len(links) != 1 || links[0].Sum != hex.EncodeToString(sum[:]) {
				t.Errorf("the link says %+v", links)
			}
		})
	}
}

// TestABrokenCopyThatStaysAsksForAPerson: it is never taken for the file.
func TestABrokenCopyThatStaysAsksForAPerson(t *testing.T) {
	d := newDesk(t, deskFile)
	times := 1
	d.as[core.B] = func(m *memory.Connector) connectors.Connector {
		return corrupting{Connector: m, times: &times, keeps: true}
	}
	d.open(nil)
	d.sync()
	f, err := d.sys[core.A].AttachAs("u-ada", d.refs[core.A].ID, "a.txt", "text/plain", []byte("content"), core.Public)
	d.must(err)
	d.sync()
	p := d.row().Parked["attachment:"+f.ID].Problem
	if p.Class != core.ProblemUnsupported || !strings.Contains(p.Text, "delete it by hand") || strings.Contains(p.Text, "content of") {
		t.Errorf("parked %+v", d.row().Parked)
	}
	links, err := d.store.Links(t.Context(), d.pair)
	d.must(err)
	if len(links) != 0 {
		t.Errorf("linked as %v", links)
	}
}
