package mapping

import (
	"fmt"
	"strings"
)

// words says of one value what it is now and what it was.
func (d *differ) words(path, what string, was, is *node) string {
	if text := d.special(path, was, is); text != "" {
		return text
	}
	switch {
	case was == nil:
		return fmt.Sprintf("%s: now %s, was not said%s", what, orEmpty(written(is)), unsaid(path))
	case is == nil:
		return fmt.Sprintf("%s: no longer said%s, was %s", what, unsaid(path), orEmpty(written(was)))
	}
	return fmt.Sprintf("%s: now %s, was %s", what, orEmpty(written(is)), orEmpty(written(was)))
}

// unsaid is what holds where a key is not said, for keys whose default people ask about.
func unsaid(path string) string {
	key := path[strings.LastIndexByte(path, '.')+1:]
	if strings.HasPrefix(path, "rules[") || strings.HasPrefix(path, "comments.") || strings.HasPrefix(path, "attachments.") {
		switch key {
		case "flow":
			return " (both)"
		case "when":
			return " (always)"
		case "edits":
			return " (true)"
		case "deletes":
			return " (false)"
		}
	}
	switch path {
	case "conflicts":
		return " (latest)"
	case "sweep":
		return " (15m)"
	case "comments.private":
		return " (keep)"
	}
	return ""
}

// special are the sentences of the places that people change most.
func (d *differ) special(path string, was, is *node) string {
	parts := strings.Split(path, ".")
	last := parts[len(parts)-1]
	text := func(n *node, none string) string {
		if n == nil {
			return none
		}
		return written(n)
	}
	switch {
	case len(parts) == 3 && parts[0] == "sides" && last == "start":
		return fmt.Sprintf("start of %s: now %s, was %s", parts[1], text(is, "none: its items start no pairs"), text(was, "none"))
	case len(parts) == 3 && parts[0] == "sides":
		return fmt.Sprintf("%s of %s: now %s, was %s", last, parts[1], text(is, "not said"), text(was, "not said"))
	case len(parts) == 2 && parts[0] == "sides" && was == nil:
		return fmt.Sprintf("side %s is new: %s", last, written(is))
	case len(parts) == 2 && parts[0] == "sides" && is == nil:
		return fmt.Sprintf("side %s is gone, was %s", last, written(was))
	case path == "comments" || path == "attachments":
		name := map[string]string{"comments": "comments", "attachments": "files"}[path]
		if was == nil {
			return fmt.Sprintf("%s: %s now travel: %s", path, name, written(is))
		}
		if is == nil {
			return fmt.Sprintf("%s: %s no longer travel, did by %s", path, name, written(was))
		}
	case path == "comments.private":
		now, before := privateWords(is), privateWords(was)
		if now != before {
			return fmt.Sprintf("comments: private comments now %s, before they %s", now, strings.NewReplacer("stay where", "stayed where", "are carried", "were carried").Replace(before))
		}
	case len(parts) == 2 && parts[0] == "tables":
		return "" // entry by entry or as a whole
	case len(parts) == 3 && parts[0] == "tables":
		return fmt.Sprintf("table %s: %s", parts[1], mapsTo(last, was, is))
	case len(parts) >= 2 && parts[0] == "functions":
		name := strings.TrimPrefix(path, "functions.")
		return fmt.Sprintf("function %s: now %s, was %s", name, text(is, "gone"), text(was, "not there"))
	}
	return ""
}

func privateWords(n *node) string {
	if n != nil && n.text == "stop" {
		return "stay where they are"
	}
	return "are carried"
}
