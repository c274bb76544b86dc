package richtext

import (
	"strconv"
	"strings"
	"time"
)

// span turns the text since a mark began into the node the mark stands for: a
// date in <time datetime="…"> or a status in <span data-status="…">. Where the
// text says something else, it stays text.
func (b *htmlBuilder) span(m htmlMark) {
	if m.becomes == "" || m.line != b.lines || m.from > len(b.line) {
		return
	}
	from := m.from
	for from < len(b.line) && b.line[from].Kind == Text && isBlank(b.line[from].Text) {
		from++
	}
	text := ""
	for _, n := range b.line[from:] {
		if n.Kind != Text {
			return
		}
		text += n.Text
	}
	node := Node{Kind: m.becomes}
	switch m.becomes {
	case Date:
		ms, ok := dateOf(m.value)
		if !ok || cleanLine(text) != dateText(ms) {
			return
		}
		node.Text = strconv.FormatInt(ms, 10)
	case Status:
		node.Text, node.Name = unboxed(cleanLine(text)), statusColor(m.value)
		if node.Text == "" {
			return
		}
	}
	node.Marks = b.line[from].Marks
	b.line = append(b.line[:from], node)
}

// spanOf returns what an element stands for, "" for nothing but its text.
func spanOf(tag string, attrs map[string]string) (becomes Kind, value string) {
	if at, ok := attrs["datetime"]; ok && tag == "time" {
		return Date, at
	}
	if colour, ok := attrs["data-status"]; ok && tag == "span" {
		return Status, colour
	}
	return "", ""
}

// unboxed takes off the brackets a status stands in.
func unboxed(s string) string {
	if len(s) >= 2 && s[0] == '[' && s[len(s)-1] == ']' {
		return cleanLine(s[1 : len(s)-1])
	}
	return s
}

// statusColor returns a colour that a status may have in ADF.
func statusColor(s string) string {
	switch s {
	case "neutral", "purple", "blue", "red", "yellow", "green":
		return s
	}
	if c := cleanColor(s); c != "" && s[0] == '#' {
		return c
	}
	return "neutral"
}

// Dates that have four digits for their year can be written everywhere.
var (
	firstDate = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	lastDate  = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()
)

// writableDate reports whether n is a date that dateAttr and dateText can
// write.
func writableDate(n Node) bool {
	ms, err := strconv.ParseInt(n.Text, 10, 64)
	return err == nil && ms >= firstDate && ms <= lastDate && n.Text == strconv.FormatInt(ms, 10)
}

// dateText is a date as people read it.
func dateText(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }

const exactTime = "2006-01-02T15:04:05.000Z"

// dateAttr is a date without loss: a day, or a moment where it is not the
// beginning of one.
func dateAttr(ms int64) string {
	if t := time.UnixMilli(ms).UTC(); ms%(24*time.Hour).Milliseconds() != 0 {
		return t.Format(exactTime)
	}
	return dateText(ms)
}

func dateOf(attr string) (ms int64, ok bool) {
	for _, layout := range []string{time.DateOnly, exactTime} {
		if t, err := time.Parse(layout, strings.TrimSpace(attr)); err == nil {
			return t.UnixMilli(), t.UnixMilli() >= firstDate && t.UnixMilli() <= lastDate
		}
	}
	return 0, false
}

// dateHTML and statusHTML return the elements around the text of a date or
// status, and that text.
func dateHTML(n Node) (open, text, end string) {
	ms, _ := strconv.ParseInt(n.Text, 10, 64)
	return `<time datetime="` + dateAttr(ms) + `">`, dateText(ms), "</time>"
}

func statusHTML(n Node) (open, text, end string) {
	return `<span data-status="` + statusColor(n.Name) + `">`, "[" + n.Text + "]", "</span>"
}
