package richtext

// Reference is a person, picture or file that a text names.
type Reference struct {
	// Kind is Mention, Image or File. What a reference becomes may also be Text.
	Kind Kind
	// ID is the account, or the stored picture or file, in its own system.
	ID string
	// URL is where a picture of the web is. On a Text it makes that a link.
	URL string
	// Name is a display name without "@", the alternative text of a picture,
	// a file name, or what a Text says.
	Name string
	// Collection is where ADF keeps a stored picture or file.
	Collection string
}

// Change says what a reference becomes. It returns it as it is to keep it.
// A Text without a Name takes the reference out.
type Change func(Reference) Reference

// References lists the mentions, pictures and files of source in the order a
// reader meets them, repetitions included.
func References(f Format, source string) []Reference {
	var out []Reference
	changeAll(Parse(f, source).Blocks, func(r Reference) Reference {
		out = append(out, r)
		return r
	})
	return out
}

// Rewrite returns source with its references changed and all else as it was,
// in normal form. Where nothing changes the result is source itself.
// A reference the format has no notation for degrades to text.
func Rewrite(f Format, source string, change Change) string {
	d := Parse(f, source)
	blocks, changed := changeAll(d.Blocks, change)
	if !changed {
		return source
	}
	out, _ := Render(f, Doc{Blocks: blocks})
	return out
}

// Carry is [Convert] with the references changed on the way: change sees what
// source names, and what it returns is written in the format to. An id it
// returns is one of the other system: for what that does not know, it has to
// return a Text.
func Carry(from, to Format, source string, change Change) (string, []Loss) {
	d := Parse(from, source)
	d.Blocks, _ = changeAll(d.Blocks, change)
	return Render(to, d)
}

// changeAll returns a copy of nodes with their references changed, and
// whether one was.
func changeAll(nodes []Node, change Change) ([]Node, bool) {
	changed := false
	out := make([]Node, 0, len(nodes))
	for _, n := range nodes {
		switch n.Kind {
		case Mention, Image, File:
			before := referenceTo(n)
			after := change(before)
			if after != before {
				n, changed = after.node(n.Marks), true
			}
		}
		if n.Children != nil {
			inner, c := changeAll(n.Children, change)
			n.Children, changed = inner, changed || c
		}
		out = append(out, n)
	}
	return out, changed
}

func referenceTo(n Node) Reference {
	return Reference{Kind: n.Kind, ID: n.ID, URL: n.URL, Name: n.Text, Collection: n.Name}
}

// node returns r as a node with the formatting of the one in whose place it
// stands.
func (r Reference) node(marks []Mark) Node {
	if r.Kind == Text {
		if r.URL != "" {
			marks = withMark(marks, Mark{Link, r.URL})
		}
		return Node{Kind: Text, Text: r.Name, Marks: marks}
	}
	return Node{Kind: r.Kind, ID: r.ID, URL: r.URL, Text: r.Name, Name: r.Collection, Marks: marks}
}

// withoutForeign returns nodes in which what only from's system knows by its id
// is text, unless to's is the same system.
func withoutForeign(nodes []Node, from, to profile) ([]Node, []Loss) {
	f := &fitter{losses: map[[2]string]int{}}
	people := from.people == to.people
	files := from.files == to.files
	return f.unnamed(nodes, people, files), f.list()
}

func (f *fitter) unnamed(nodes []Node, people, files bool) []Node {
	return f.each(nodes, func(n *Node) {
		switch {
		case n.Kind == Mention && !people, (n.Kind == Image || n.Kind == File) && n.ID != "" && !files:
			*n = f.degradeInline(*n)
		case n.Children != nil:
			n.Children = f.unnamed(n.Children, people, files)
		}
	})
}
