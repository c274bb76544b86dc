package richtext

import "strings"

// plainCodec reads and writes plain text: blank lines separate paragraphs,
// line ends inside a paragraph are line breaks.
type plainCodec struct{}

func (plainCodec) parse(source string) Doc {
	return Doc{Blocks: []Node{{Kind: Text, Text: source}}}
}

func (plainCodec) profile() profile {
	return profile{
		block:  func(parent, child Kind) bool { return child == Paragraph },
		inline: func(n Node) bool { return n.Kind == Text || n.Kind == HardBreak },
		mark:   func(MarkKind) bool { return false },
	}
}

func (plainCodec) write(d Doc) string {
	var sb strings.Builder
	for i, b := range d.Blocks {
		if i > 0 {
			sb.WriteString("\n\n")
		}
		sb.WriteString(textOf(b.Children))
	}
	return sb.String()
}

// textOf returns the text of fitted inline nodes.
func textOf(nodes []Node) string {
	var sb strings.Builder
	for _, n := range nodes {
		if n.Kind == HardBreak {
			sb.WriteByte('\n')
			continue
		}
		sb.WriteString(n.Text)
	}
	return sb.String()
}
