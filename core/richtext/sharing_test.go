package richtext

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestLawWritingLeavesTheDocumentAsItIs: what is tidied, fitted and written shares nodes with the document, and changes none of them.
func TestLawWritingLeavesTheDocumentAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := tidy(someDoc.Draw(t, "document")) // as what is read is: most shortcuts are for it
		was := Doc{Blocks: deepCopy(d.Blocks), Lost: append([]Loss(nil), d.Lost...)}
		for _, f := range formats {
			Render(f, d)
			if !reflect.DeepEqual(d.Blocks, was.Blocks) {
				t.Fatalf("writing %s changed the document from\n%+v\nto\n%+v", f, was.Blocks, d.Blocks)
			}
		}
	})
}

func deepCopy(nodes []Node) []Node {
	if nodes == nil {
		return nil
	}
	out := make([]Node, len(nodes))
	for i, n := range nodes {
		n.Children = deepCopy(n.Children)
		if n.Marks != nil {
			n.Marks = append([]Mark{}, n.Marks...)
		}
		out[i] = n
	}
	return out
}
