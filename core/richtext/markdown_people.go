package richtext

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// noMention stands between "@" and a name that is to mention nobody. GitHub
// looks for mentions in what it has rendered, where a backslash is gone and a
// comment still keeps the two apart.
const noMention = "<!-- -->"

// mentions reports whether GitHub would read the "@" at i as a mention.
func mentions(s string, i int) bool {
	if i+1 == len(s) || !alphanumeric(s[i+1]) {
		return false
	}
	return i == 0 || !alphanumeric(s[i-1]) && s[i-1] != '_'
}

// keepApart returns what must stand between what was written and a mention, and
// between a mention and the node after it.
func keepApart(written string, next []Node) (before, after string) {
	if written != "" && inLogin(written[len(written)-1]) {
		before = noMention
	}
	if len(next) > 0 && next[0].Kind == Text && loginGoesOn(next[0].Text) {
		after = noMention
	}
	return before, after
}

// azurePeople reads "@<GUID>", the mentions of Azure DevOps in Markdown.
type azurePeople struct{}

var azureNotation = regexp.MustCompile(`^@<([0-9a-fA-F-]{36})>`)

var azureNode = ast.NewNodeKind("AzurePerson")

type azureNodeOf struct {
	ast.BaseInline
	id string
}

func (n *azureNodeOf) Kind() ast.NodeKind            { return azureNode }
func (n *azureNodeOf) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

func (azurePeople) Trigger() []byte { return []byte{'@'} }

func (azurePeople) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := azureNotation.FindSubmatch(line)
	if m == nil || !guid.Match(m[1]) {
		return nil
	}
	block.Advance(len(m[0]))
	return &azureNodeOf{id: string(m[1])}
}

func (azurePeople) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(azureNode, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(azureMention(Node{ID: strings.ToLower(n.(*azureNodeOf).id)}))
		}
		return ast.WalkContinue, nil
	})
}

func (a azurePeople) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(parser.WithInlineParsers(util.Prioritized(a, 100)))
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(a, 100)))
}
