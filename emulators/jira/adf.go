package jira

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// node is one node of an Atlassian Document Format tree.
// Vendor source: "Document structure" and the JSON schema of @atlaskit/adf-schema.
type node struct {
	Type    string         `json:"type"`
	Version int            `json:"version,omitempty"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []*node        `json:"content,omitempty"`
	Marks   []mark         `json:"marks,omitempty"`
	Text    string         `json:"text,omitempty"`
	Wiki    string         `json:"wiki,omitempty"` // of a doc: the wiki markup it was written in on Data Center
}

// MarshalJSON writes the members a reader of the vendor's documents always finds: a doc has its
// version and content, even when empty.
func (n *node) MarshalJSON() ([]byte, error) {
	if n.Type != "doc" {
		type plain node
		return json.Marshal((*plain)(n))
	}
	content := n.Content
	if content == nil {
		content = []*node{}
	}
	out := map[string]any{"type": "doc", "version": 1, "content": content}
	if n.Wiki != "" {
		out["wiki"] = n.Wiki
	}
	return json.Marshal(out)
}

type mark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// nodeRule says what one node type may hold.
type nodeRule struct {
	content  []string // types allowed inside; nil: no content
	minItems int
	attrs    []string // known attributes
	required []string // attributes that must be present
	marks    []string // marks allowed on the node itself
}

var (
	inlineTypes = []string{"text", "hardBreak", "mention", "emoji", "date", "inlineCard", "placeholder", "status", "inlineExtension", "mediaInline"}
	nestedTypes = []string{"paragraph", "panel", "blockquote", "orderedList", "bulletList", "rule", "heading", "codeBlock", "mediaGroup", "mediaSingle", "decisionList", "taskList", "table", "blockCard", "embedCard", "extension"}
	blockTypes  = append([]string{"expand", "bodiedExtension"}, nestedTypes...)
	cellTypes   = []string{"paragraph", "panel", "blockquote", "orderedList", "bulletList", "rule", "heading", "codeBlock", "mediaSingle", "mediaGroup", "decisionList", "taskList", "blockCard", "embedCard", "extension", "nestedExpand"}
	cellAttrs   = []string{"colspan", "rowspan", "colwidth", "background", "localId", "valign"}
	blockMarks  = []string{"alignment", "indentation", "fontSize"}
	extAttrs    = []string{"extensionKey", "extensionType", "parameters", "text", "layout", "localId"}
	extRequired = []string{"extensionKey", "extensionType"}

	nodeRules = map[string]nodeRule{
		"doc":             {content: append([]string{"layoutSection"}, blockTypes...)},
		"paragraph":       {content: inlineTypes, attrs: []string{"localId"}, marks: blockMarks},
		"heading":         {content: inlineTypes, attrs: []string{"level", "localId"}, required: []string{"level"}, marks: blockMarks},
		"bulletList":      {content: []string{"listItem"}, minItems: 1, attrs: []string{"localId"}},
		"orderedList":     {content: []string{"listItem"}, minItems: 1, attrs: []string{"order", "localId"}},
		"listItem":        {content: []string{"paragraph", "bulletList", "orderedList", "taskList", "mediaSingle", "codeBlock", "extension"}, minItems: 1, attrs: []string{"localId"}},
		"blockquote":      {content: []string{"paragraph", "orderedList", "bulletList", "codeBlock", "mediaSingle", "mediaGroup", "extension"}, minItems: 1, attrs: []string{"localId"}},
		"codeBlock":       {content: []string{"text"}, attrs: []string{"language", "uniqueId", "localId", "wrap", "hideLineNumbers"}, marks: []string{"breakout"}},
		"rule":            {attrs: []string{"localId"}},
		"panel":           {content: []string{"paragraph", "heading", "bulletList", "orderedList", "blockCard", "mediaGroup", "mediaSingle", "codeBlock", "taskList", "rule", "decisionList", "extension"}, minItems: 1, attrs: []string{"panelType", "panelIcon", "panelIconId", "panelIconText", "panelColor", "localId"}, required: []string{"panelType"}},
		"table":           {content: []string{"tableRow"}, minItems: 1, attrs: []string{"displayMode", "isNumberColumnEnabled", "layout", "localId", "width"}, marks: []string{"fragment"}},
		"tableRow":        {content: []string{"tableCell", "tableHeader"}, attrs: []string{"localId"}},
		"tableCell":       {content: cellTypes, minItems: 1, attrs: cellAttrs},
		"tableHeader":     {content: cellTypes, minItems: 1, attrs: cellAttrs},
		"mediaSingle":     {content: []string{"media", "caption"}, minItems: 1, attrs: []string{"layout", "width", "widthType", "localId"}, marks: []string{"link"}},
		"mediaGroup":      {content: []string{"media"}, minItems: 1},
		"media":           {attrs: []string{"type", "id", "collection", "alt", "height", "width", "occurrenceKey", "url", "localId"}, required: []string{"type"}, marks: []string{"link", "annotation", "border"}},
		"caption":         {content: inlineTypes, attrs: []string{"localId"}},
		"taskList":        {content: []string{"taskItem", "taskList"}, minItems: 1, attrs: []string{"localId"}, required: []string{"localId"}},
		"taskItem":        {content: inlineTypes, attrs: []string{"localId", "state"}, required: []string{"localId", "state"}},
		"decisionList":    {content: []string{"decisionItem"}, minItems: 1, attrs: []string{"localId"}, required: []string{"localId"}},
		"decisionItem":    {content: inlineTypes, attrs: []string{"localId", "state"}, required: []string{"localId", "state"}},
		"expand":          {content: append([]string{"nestedExpand"}, nestedTypes...), minItems: 1, attrs: []string{"title", "localId"}, marks: []string{"breakout"}},
		"nestedExpand":    {content: []string{"paragraph", "heading", "mediaSingle", "mediaGroup", "codeBlock", "bulletList", "orderedList", "taskList", "decisionList", "rule", "panel", "blockquote", "extension"}, minItems: 1, attrs: []string{"title", "localId"}},
		"blockCard":       {attrs: []string{"url", "data", "localId", "datasource", "width", "layout"}},
		"embedCard":       {attrs: []string{"url", "layout", "width", "originalHeight", "originalWidth", "localId"}, required: []string{"url", "layout"}},
		"layoutSection":   {content: []string{"layoutColumn"}, minItems: 1, attrs: []string{"localId"}, marks: []string{"breakout"}},
		"layoutColumn":    {content: blockTypes, minItems: 1, attrs: []string{"width", "localId", "valign"}, required: []string{"width"}},
		"extension":       {attrs: extAttrs, required: extRequired, marks: []string{"dataConsumer", "fragment"}},
		"bodiedExtension": {content: nestedTypes, minItems: 1, attrs: extAttrs, required: extRequired, marks: []string{"dataConsumer", "fragment"}},
		"inlineExtension": {attrs: extAttrs, required: extRequired, marks: []string{"dataConsumer", "fragment"}},
		"text":            {marks: []string{"strong", "em", "underline", "strike", "code", "link", "subsup", "textColor", "backgroundColor", "annotation"}},
		"hardBreak":       {attrs: []string{"text", "localId"}},
		"mention":         {attrs: []string{"id", "localId", "text", "accessLevel", "userType"}, required: []string{"id"}},
		"emoji":           {attrs: []string{"shortName", "id", "text", "localId"}, required: []string{"shortName"}},
		"date":            {attrs: []string{"timestamp", "localId"}, required: []string{"timestamp"}},
		"inlineCard":      {attrs: []string{"url", "data", "localId"}},
		"placeholder":     {attrs: []string{"text", "localId"}, required: []string{"text"}},
		"status":          {attrs: []string{"text", "color", "localId", "style"}, required: []string{"text", "color"}},
		"mediaInline":     {attrs: []string{"type", "localId", "id", "alt", "collection", "occurrenceKey", "width", "height", "data"}, required: []string{"id", "collection"}, marks: []string{"link", "annotation", "border"}},
	}

	markRequired = map[string][]string{
		"link": {"href"}, "subsup": {"type"}, "textColor": {"color"}, "backgroundColor": {"color"},
		"annotation": {"id", "annotationType"}, "alignment": {"align"}, "indentation": {"level"},
	}
)

// parseADF reads a document as a client sends it. The error says where the tree breaks the format;
// the caller turns it into the vendor's INVALID_INPUT answer. An empty document is returned as nil.
func parseADF(raw json.RawMessage) (*node, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("not valid UTF-8")
	}
	var doc node
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("not a document: %w", err)
	}
	if doc.Type != "doc" || doc.Version != 1 {
		return nil, fmt.Errorf("the root must be a doc of version 1")
	}
	if err := checkNode(&doc, "doc"); err != nil {
		return nil, err
	}
	return &doc, nil
}

func checkNode(n *node, path string) error {
	rule, known := nodeRules[n.Type]
	if !known {
		return fmt.Errorf("%s: unknown node type %q", path, n.Type)
	}
	if n.Wiki != "" {
		return fmt.Errorf("%s: unknown member wiki", path)
	}
	if n.Type == "text" {
		if n.Text == "" {
			return fmt.Errorf("%s: a text node must not be empty", path)
		}
	} else if n.Text != "" {
		return fmt.Errorf("%s: %s has no text of its own", path, n.Type)
	}
	if n.Type != "doc" && n.Version != 0 {
		return fmt.Errorf("%s: only the root has a version", path)
	}
	for name := range n.Attrs {
		if !slices.Contains(rule.attrs, name) {
			return fmt.Errorf("%s: attribute %q is not allowed on %s", path, name, n.Type)
		}
	}
	for _, name := range rule.required {
		if v, ok := n.Attrs[name]; !ok || v == nil {
			return fmt.Errorf("%s: %s needs attribute %q", path, n.Type, name)
		}
	}
	if err := checkAttrs(n, path); err != nil {
		return err
	}
	if err := checkMarks(n, rule, path); err != nil {
		return err
	}
	if len(n.Content) < rule.minItems {
		return fmt.Errorf("%s: %s must not be empty", path, n.Type)
	}
	for i, c := range n.Content {
		at := fmt.Sprintf("%s/%d", path, i)
		if c == nil || !slices.Contains(rule.content, c.Type) {
			kind := ""
			if c != nil {
				kind = c.Type
			}
			return fmt.Errorf("%s: %q is not allowed inside %s", at, kind, n.Type)
		}
		if n.Type == "codeBlock" && len(c.Marks) > 0 {
			return fmt.Errorf("%s: text in a code block has no marks", at)
		}
		if err := checkNode(c, at); err != nil {
			return err
		}
	}
	return nil
}

// checkAttrs holds the value rules of the attributes people get wrong.
func checkAttrs(n *node, path string) error {
	oneOf := func(name string, allowed ...string) error {
		v, ok := n.Attrs[name]
		if s, isText := v.(string); ok && (!isText || !slices.Contains(allowed, s)) {
			return fmt.Errorf("%s: %s of %s must be one of %s", path, name, n.Type, strings.Join(allowed, ", "))
		}
		return nil
	}
	switch n.Type {
	case "heading":
		if l, ok := n.Attrs["level"].(float64); !ok || l < 1 || l > 6 || l != float64(int(l)) {
			return fmt.Errorf("%s: a heading's level is a number from 1 to 6", path)
		}
	case "orderedList":
		if o, ok := n.Attrs["order"]; ok {
			if f, isNumber := o.(float64); !isNumber || f < 0 {
				return fmt.Errorf("%s: order must be a number, 0 or more", path)
			}
		}
	case "panel":
		return oneOf("panelType", "info", "note", "tip", "warning", "error", "success", "custom")
	case "taskItem":
		return oneOf("state", "TODO", "DONE")
	case "date":
		if s, ok := n.Attrs["timestamp"].(string); !ok || s == "" {
			return fmt.Errorf("%s: a date's timestamp is a string of milliseconds", path)
		}
	case "mention":
		if s, ok := n.Attrs["id"].(string); !ok || s == "" {
			return fmt.Errorf("%s: a mention's id is an account id", path)
		}
	case "inlineCard", "blockCard":
		if n.Attrs["url"] == nil && n.Attrs["data"] == nil && n.Attrs["datasource"] == nil {
			return fmt.Errorf("%s: %s needs a url or data", path, n.Type)
		}
	case "media":
		return oneOf("type", "link", "file", "external")
	}
	return nil
}

func checkMarks(n *node, rule nodeRule, path string) error {
	code, other := false, ""
	for _, m := range n.Marks {
		if !slices.Contains(rule.marks, m.Type) {
			return fmt.Errorf("%s: mark %q is not allowed on %s", path, m.Type, n.Type)
		}
		for _, name := range markRequired[m.Type] {
			if v, ok := m.Attrs[name]; !ok || v == nil {
				return fmt.Errorf("%s: mark %s needs attribute %q", path, m.Type, name)
			}
		}
		switch m.Type {
		case "code":
			code = true
		case "link", "annotation":
		default:
			other = m.Type
		}
	}
	if code && other != "" {
		return fmt.Errorf("%s: mark code does not combine with %s", path, other)
	}
	return nil
}

// plainText is the characters a reader of the document sees, with a newline after each block.
func (n *node) plainText() string {
	var b strings.Builder
	n.writePlain(&b)
	return strings.TrimRight(b.String(), "\n")
}

func (n *node) writePlain(b *strings.Builder) {
	if n == nil {
		return
	}
	switch n.Type {
	case "text":
		b.WriteString(n.Text)
	case "hardBreak":
		b.WriteByte('\n')
	case "mention", "emoji", "status":
		text, _ := n.Attrs["text"].(string)
		b.WriteString(text)
	case "inlineCard", "blockCard", "embedCard":
		url, _ := n.Attrs["url"].(string)
		b.WriteString(url)
	}
	for _, c := range n.Content {
		c.writePlain(b)
	}
	switch n.Type {
	case "paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "blockCard", "embedCard":
		b.WriteByte('\n')
	}
}
