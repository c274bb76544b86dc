package mapping

import (
	"time"

	"duplex/core"
)

// ParseSystem reads a system file. Secrets stay references. What a kind of system wants to be told (its options) is not
// known here; see internal/config.
func ParseSystem(file string, src []byte) (core.System, Diagnostics) {
	r := &report{file: file}
	root := parse(r, src)
	if root == nil || len(r.all) > 0 {
		return core.System{}, r.all.sorted()
	}
	systemSchema().check(r, root)
	if len(r.all) > 0 {
		return core.System{}, r.all.sorted()
	}
	s := core.System{
		Name:     textOf(root.get("system")),
		Kind:     textOf(root.get("kind")),
		BaseURL:  textOf(root.get("base_url")),
		Auth:     texts(root.get("auth")),
		Webhook:  texts(root.get("webhook")),
		Settings: texts(root.get("settings")),
	}
	if l := root.get("limits"); l != nil {
		s.Limits.RequestsPerSecond = number(l.get("requests_per_second"))
		s.Limits.Concurrency = int(number(l.get("concurrency")))
	}
	if m := root.get("maintenance"); m != nil {
		for _, n := range m.items {
			s.Maintenance = append(s.Maintenance, window(r, n))
		}
	}
	if len(r.all) > 0 {
		return core.System{}, r.all.sorted()
	}
	return s, nil
}

func window(r *report, n *node) core.Window {
	w := core.Window{
		From:     textOf(n.get("from")),
		To:       textOf(n.get("to")),
		Zone:     textOf(n.get("zone")),
		Comments: textOf(n.get("comments")),
	}
	if days := n.get("days"); days != nil {
		for _, d := range days.items {
			w.Days = append(w.Days, d.text)
		}
	}
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
		r.atf(n.get("zone"), "%q is no IANA time zone; write one like Europe/Berlin or UTC", w.Zone)
	}
	if w.From == w.To {
		r.at(n, "begins and ends at the same time; a whole day is from: \"00:00\", to: \"23:59\"")
	}
	return w
}

func texts(n *node) map[string]string {
	if n == nil {
		return nil
	}
	m := make(map[string]string, len(n.entries))
	for _, e := range n.entries {
		m[e.key] = e.value.text
	}
	return m
}

func number(n *node) float64 {
	if n == nil {
		return 0
	}
	switch v := n.value.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}
