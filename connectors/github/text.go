package github

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
)

// maxText is how many characters of a text are written. The vendor takes 65,536, and a mark needs room.
const maxText = 65_400

const vendorMax = 65_536

// apart is a sign of no width. Between the parts of a reference it keeps GitHub from linking to an issue that the text does not mean.
const apart = "\u200b"

var (
	reference = regexp.MustCompile(`(#|\b[Gg][Hh]-)(\d)`)
	linked    = regexp.MustCompile(`(#|\b[Gg][Hh]-)\d+`)
	parted    = regexp.MustCompile(`(#|\b[Gg][Hh]-)` + apart + `(\d)`)
)

// shown is a text as mappings get it: without marks and signs of no width, in normal form.
func shown(source string) core.Value {
	s := parted.ReplaceAllString(withoutMarks(unixLines(source)), "$1$2")
	normal := richtext.Normal(richtext.Markdown, s)
	if richtext.IsEmpty(richtext.Markdown, normal) {
		return core.Empty(core.KindText)
	}
	return core.Text("markdown", normal)
}

// text is the text to send, with the people it mentions by their logins: the other side may name them by their ids, and a login can change.
func (c *Connector) text(ctx context.Context, repo *repository, v core.Value, there string) (string, error) {
	var failed error
	if v.Kind() == core.KindText && v.Format() == "markdown" && strings.Contains(v.Source(), "@") {
		source := richtext.Rewrite(richtext.Markdown, v.Source(), func(r richtext.Reference) richtext.Reference {
			id, isID := number(r.ID)
			if r.Kind != richtext.Mention || !isID || failed != nil {
				return r
			}
			login, err := c.loginOf(ctx, repo, id)
			failed = err
			if login != "" {
				r.ID = login
			}
			return r
		})
		if source != "" {
			v = core.Text("markdown", source)
		}
	}
	if failed != nil {
		return "", failed
	}
	return written(v, there)
}

// errText is a value that is no text.
var errText = errors.New("it takes Markdown text")

// written is the text to send. What looks like a reference to an issue is kept from being one, unless the text that is there has it already.
func written(v core.Value, there string) (string, error) {
	switch {
	case v.IsEmpty():
		return "", nil
	case v.Kind() != core.KindText || v.Format() != "markdown":
		return "", errText
	}
	real := map[string]bool{}
	for _, r := range linked.FindAllString(withoutMarks(there), -1) {
		real[r] = true
	}
	doc := richtext.Parse(richtext.Markdown, unixLines(v.Source()))
	keepApart(doc.Blocks, real)
	s, _ := richtext.Render(richtext.Markdown, doc)
	return strings.TrimSpace(s), nil
}

func keepApart(nodes []richtext.Node, real map[string]bool) {
	for i := range nodes {
		n := &nodes[i]
		keepApart(n.Children, real)
		if n.Kind != richtext.Text || isCode(n.Marks) {
			continue
		}
		n.Text = reference.ReplaceAllString(n.Text, "$1"+apart+"$2")
		for r := range real {
			hash := strings.IndexAny(r, "0123456789")
			n.Text = exactly(r[:hash]+apart+r[hash:]).ReplaceAllString(n.Text, strings.ReplaceAll(r, "$", "$$")+"$1")
		}
	}
}

// exactly matches a reference that does not go on.
func exactly(s string) *regexp.Regexp { return regexp.MustCompile(regexp.QuoteMeta(s) + `(\D|$)`) }

func isCode(marks []richtext.Mark) bool {
	for _, m := range marks {
		if m.Kind == richtext.Code {
			return true
		}
	}
	return false
}

// sized is a text with its mark, or ErrTooLarge.
func sized(text, mark string) (string, error) {
	out := withMark(text, mark)
	if n := len([]rune(out)); n > vendorMax {
		return "", fmt.Errorf("a text of %d characters, the limit is %d: %w", n, vendorMax, connectors.ErrTooLarge)
	}
	return out, nil
}

// mentioned are the logins that a text mentions.
func mentioned(source string) []string {
	var out []string
	if !strings.Contains(source, "@") {
		return nil
	}
	for _, r := range richtext.References(richtext.Markdown, source) {
		if r.Kind == richtext.Mention {
			out = append(out, r.ID)
		}
	}
	return out
}
