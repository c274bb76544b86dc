// Package richtext turns rich text of one format into another through one
// document tree.
//
// A codec per format parses source into the tree, reduces a tree to what its
// format can carry (a profile), and writes it. What cannot be carried exactly
// is never dropped without a word: it degrades to something readable and is
// reported as a [Loss].
//
// For every format f and every input x, well formed or not:
//
//	Parse(f, Normal(f, x)) is the tree Parse(f, x)
//	Normal(f, Normal(f, x)) == Normal(f, x)
//
// # Formats of one system
//
// Zendesk, Freshdesk, Freshservice and ServiceNow's HTML fields take [HTML]:
// none of them documents a list of elements, all rewrite what they are sent,
// so what they show after a write is what counts. Azure DevOps takes it with
// mentions of its own ([HTMLAzure], and [MarkdownAzure] for fields that are in
// Markdown). Salesforce's rich text areas show fewer elements
// ([HTMLSalesforce]), its feed posts a handful ([HTMLChatter]); its long text
// areas and case comments, and ServiceNow's descriptions, are [Plain].
// ServiceNow's comments and work notes are [Journal]: plain text with HTML
// between [code] and [/code].
//
// A mention names an account of one system, and a stored picture or file has
// an id there. [Convert] makes them text for another system; [Carry] asks what
// they are there.
//
// HTML is written from the tree, so an element or attribute that no writer
// names cannot leave. An independent sanitiser finds nothing to take away from
// it: that is tested, and not done again at run time.
//
// All functions are pure, never fail and never panic. Their work grows
// linearly with the input; nesting deeper than [MaxDepth] is flattened.
package richtext

// MaxDepth is how many block containers (lists, quotes, tables, panels,
// expands) may be nested in a tree. What is nested deeper moves up to that
// level and keeps its text.
const MaxDepth = 20

// Doc is one rich text. Documents that come from [Parse] are tidy: no empty
// paragraphs, no adjacent texts with equal marks, only blocks at block level.
type Doc struct {
	Blocks []Node
	// Lost is what the parser met and the tree has no place for. It is
	// reported by Render and takes no part in comparisons.
	Lost []Loss
}

// Kind names what a Node is.
type Kind string

// Blocks. The fields in brackets are the ones a kind uses beside Children.
const (
	Paragraph   Kind = "paragraph"
	Heading     Kind = "heading"     // Level 1-6
	CodeBlock   Kind = "codeBlock"   // Text, Name = language or ""
	Rule        Kind = "rule"        //
	Quote       Kind = "quote"       // Children are blocks
	Panel       Kind = "panel"       // Name = info, note, tip, success, warning or error; Children are blocks
	Expand      Kind = "expand"      // Name = title; Children are blocks
	BulletList  Kind = "bulletList"  // Children are Items
	OrderedList Kind = "orderedList" // Level = first number; Children are Items
	TaskList    Kind = "taskList"    // Children are Items
	Item        Kind = "item"        // Checked (in a TaskList); Children are blocks
	Table       Kind = "table"       // Children are Rows
	Row         Kind = "row"         // Children are Cells
	Cell        Kind = "cell"        // Header, Colspan, Rowspan; Children are blocks
)

// Inlines. All of them may carry Marks.
const (
	Text      Kind = "text"      // Text, never empty in a tidy tree
	HardBreak Kind = "hardBreak" //
	Mention   Kind = "mention"   // ID = the account in its own system, Text = display name without "@"
	Emoji     Kind = "emoji"     // Name = short name such as ":smile:", Text = the character if known
	Date      Kind = "date"      // Text = milliseconds since 1970 UTC, decimal
	Status    Kind = "status"    // Text, Name = colour
	Image     Kind = "image"     // Text = alt, URL = source, or ID and Name = collection of a stored file
	File      Kind = "file"      // Text = file name, ID, Name = collection
)

// Node is one element of the tree. Which fields mean something depends on
// Kind; the others are zero, so that equal trees are deeply equal.
type Node struct {
	Kind     Kind
	Text     string
	Name     string
	ID       string
	URL      string
	Level    int
	Checked  bool
	Header   bool
	Colspan  int // 0 and 1 both mean one column; a tidy tree has 0
	Rowspan  int // 0 and 1 both mean one row; a tidy tree has 0
	Marks    []Mark
	Children []Node
}

// MarkKind names a formatting of inline content.
type MarkKind string

// Marks, in their canonical order: outermost first.
const (
	Link      MarkKind = "link" // Value = href
	Strong    MarkKind = "strong"
	Em        MarkKind = "em"
	Underline MarkKind = "underline"
	Strike    MarkKind = "strike"
	Sub       MarkKind = "sub"
	Sup       MarkKind = "sup"
	Color     MarkKind = "color"     // Value = "#rrggbb", lower case
	Highlight MarkKind = "highlight" // the colour behind the text: Value as of Color, never white
	Code      MarkKind = "code"
)

// Mark is one formatting of an inline node.
type Mark struct {
	Kind  MarkKind
	Value string
}

// Loss says what could not be carried exactly and what became of it.
type Loss struct {
	Kind   string // what it was: a Kind, a MarkKind, or the source format's own name for it
	Count  int    // how often
	Became string // what a reader sees instead, e.g. "text", "quote", "nothing"
}
