package rest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// desk is the help desk of schemas/examples/manifest/valid/desk.yaml: a server with the habits that few systems have. Refusals come with
// status 200, an item's state is changed by moves only, a deleted item is still listed, people are {uid, mail, title}.
type desk struct {
	mu      sync.Mutex
	now     func() time.Time
	items   []map[string]any
	notes   map[string][]map[string]any // by ticket
	files   map[string][]map[string]any
	content map[string][]byte
	log     map[string][]map[string]any
	next    int
	tokens  int // handed out
}

var deskPeople = map[string]map[string]any{
	"sync": {"uid": "u1", "mail": "sync@acme.example", "title": "Sync"}, "ada": {"uid": "u2", "mail": "ada@acme.example", "title": "Ada Lovelace"},
	"grace": {"uid": "u3", "mail": "grace@acme.example", "title": "Grace Hopper"},
}

func newDesk(now func() time.Time) *desk {
	return &desk{now: now, notes: map[string][]map[string]any{}, files: map[string][]map[string]any{}, content: map[string][]byte{}, log: map[string][]map[string]any{}}
}

func (d *desk) ms() int64 { return d.now().UnixMilli() }

func (d *desk) id() string { d.next++; return strconv.Itoa(d.next) }

func say(w http.ResponseWriter, v map[string]any) {
	if _, failed := v["ok"]; !failed {
		v["ok"] = true
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, why string) { say(w, map[string]any{"ok": false, "error": why}) }

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.URL.Path == "/oauth/token" {
		if r.FormValue("client_secret") != "desk-client-secret" || r.FormValue("scope") != "tickets" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		d.tokens++
		say(w, map[string]any{"access_token": "token-" + r.FormValue("client_id"), "token_type": "bearer", "expires_in": 3600})
		return
	}
	who := deskPeople[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer token-")]
	if who == nil || r.Header.Get("X-Client") != "duplex" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case part[0] == "me":
		say(w, map[string]any{"data": who})
	case part[0] == "people":
		list := []any{}
		for _, n := range []string{"ada", "grace", "sync"} {
			if p := deskPeople[n]; p["mail"] == r.FormValue("mail") || p["title"] == r.FormValue("title") {
				list = append(list, p)
			}
		}
		say(w, map[string]any{"data": list})
	case part[0] == "search", part[0] == "tagged", part[0] == "tickets" && len(part) == 1 && r.Method == http.MethodGet:
		d.list(w, r, part[0])
	case part[0] == "tickets" && len(part) == 1:
		d.create(w, r, who)
	case part[0] == "tickets":
		d.ticket(w, r, who, part[1], part[2:])
	case part[0] == "notes":
		d.note(w, r, part[1], len(part) > 2)
	case part[0] == "files":
		d.file(w, r, part[1], len(part) > 2)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (d *desk) list(w http.ResponseWriter, r *http.Request, what string) {
	q := r.URL.Query()
	if strings.HasPrefix(q.Get("q"), "!") {
		refuse(w, "the query cannot be read")
		return
	}
	found := []map[string]any{}
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	for _, it := range d.items {
		tags, _ := it["tags"].(string)
		switch {
		case q.Get("queue") != "" && it["queue"] != q.Get("queue"):
		case q.Get("external_id") != "" && it["external_id"] != q.Get("external_id"):
		case q.Get("title") != "" && it["title"] != q.Get("title"), q.Get("q") != "" && it["title"] != q.Get("q"):
		case what == "tagged" && !slices.Contains(strings.Split(tags, ","), q.Get("tag")):
		case it["touched"].(int64) < after:
		default:
			found = append(found, it)
		}
	}
	n, _ := strconv.Atoi(q.Get("per_page"))
	p, _ := strconv.Atoi(q.Get("page"))
	from := min(len(found), (p-1)*n)
	to := min(len(found), from+n)
	say(w, map[string]any{"data": found[from:to], "more": to < len(found)})
}

func body(r *http.Request) map[string]any {
	var m map[string]any
	_ = json.NewDecoder(r.Body).Decode(&m)
	return m
}

func (d *desk) create(w http.ResponseWriter, r *http.Request, who map[string]any) {
	it := body(r)
	d.next++
	it["no"], it["made"], it["by"], it["version"], it["state"], it["deleted"] = d.next, d.ms(), who, 0, 1, false
	d.items = append(d.items, it)
	d.touch(it, who)
	d.put(it, map[string]any{"owner_mail": it["owner_mail"]})
	say(w, map[string]any{"data": it})
}

func (d *desk) touch(it, who map[string]any, fields ...string) {
	it["version"], it["touched"], it["last_by"] = it["version"].(int)+1, d.ms(), who
	if len(fields) > 0 {
		no := fmt.Sprint(it["no"])
		d.log[no] = append(d.log[no], map[string]any{"at": d.ms(), "by": who, "fields": fields})
	}
}

func (d *desk) put(it, m map[string]any) (fields []string) {
	for k, v := range m {
		if k == "owner_mail" {
			k = "owner"
			mail := v
			v = nil
			for _, p := range deskPeople {
				if p["mail"] == mail {
					v = p
				}
			}
		}
		it[k], fields = v, append(fields, k)
	}
	return fields
}

func (d *desk) ticket(w http.ResponseWriter, r *http.Request, who map[string]any, no string, rest []string) {
	i := slices.IndexFunc(d.items, func(it map[string]any) bool { return fmt.Sprint(it["no"]) == no })
	if i < 0 || d.items[i]["deleted"] == true && r.Method != http.MethodGet {
		refuse(w, "not_found")
		return
	}
	it := d.items[i]
	etag := fmt.Sprintf(`"v%d"`, it["version"])
	switch {
	case len(rest) == 0 && r.Method == http.MethodGet:
		shown := map[string]any{}
		fields := strings.Split(r.FormValue("fields"), "|")
		for k, v := range it {
			if r.FormValue("fields") == "" || slices.Contains(fields, k) {
				shown[k] = v
			}
		}
		w.Header().Set("ETag", etag)
		say(w, map[string]any{"data": shown})
	case len(rest) == 0 && r.Method == http.MethodPatch:
		if r.Header.Get("If-Match") != etag {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		m := body(r)
		if m["state"] != nil {
			refuse(w, "the state is changed by moves")
			return
		}
		d.touch(it, who, d.put(it, m)...)
		say(w, map[string]any{})
	case len(rest) == 0 && r.Method == http.MethodDelete:
		it["deleted"] = true
		d.touch(it, who)
		say(w, map[string]any{})
	case rest[0] == "moves":
		d.moves(w, r, it, who)
	case rest[0] == "log":
		say(w, map[string]any{"data": listOf(d.log[no])})
	case rest[0] == "notes" && r.Method == http.MethodGet:
		d.pageOfNotes(w, r, no)
	case rest[0] == "notes":
		_ = r.ParseForm()
		n := map[string]any{"id": d.id(), "by": who, "html": r.FormValue("note[html]"), "ref": r.FormValue("note[ref]"), "at": d.ms(), "edited": d.ms(), "internal": "no"}
		if r.FormValue("note[internal]") == "true" {
			n["internal"] = "yes"
		}
		d.notes[no] = append(d.notes[no], n)
		d.touch(it, who)
		say(w, map[string]any{"data": n})
	case rest[0] == "files" && r.Method == http.MethodGet:
		say(w, map[string]any{"data": listOf(d.files[no])})
	case rest[0] == "files":
		d.upload(w, r, no, who)
	}
}

func listOf(l []map[string]any) []map[string]any {
	if l == nil {
		return []map[string]any{}
	}
	return l
}

func (d *desk) moves(w http.ResponseWriter, r *http.Request, it, who map[string]any) {
	to := map[string][]int{"1": {2}, "2": {3, 1}, "3": {2}}[fmt.Sprint(it["state"])]
	if r.Method == http.MethodPost {
		n, _ := strconv.Atoi(strings.TrimPrefix(fmt.Sprint(body(r)["move"]), "to-"))
		if !slices.Contains(to, n) {
			refuse(w, "no such move")
			return
		}
		it["state"] = n
		d.touch(it, who, "state")
		say(w, map[string]any{})
		return
	}
	list := []any{}
	for _, n := range to {
		list = append(list, map[string]any{"move": fmt.Sprintf("to-%d", n), "to": n})
	}
	say(w, map[string]any{"data": list})
}

func (d *desk) pageOfNotes(w http.ResponseWriter, r *http.Request, no string) {
	from, _ := strconv.Atoi(r.FormValue("from"))
	n, _ := strconv.Atoi(r.FormValue("per_page"))
	all := d.notes[no]
	to := min(len(all), from+n)
	next := ""
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	say(w, map[string]any{"data": listOf(all[from:to]), "next": next})
}

func (d *desk) note(w http.ResponseWriter, r *http.Request, id string, hide bool) {
	for no, list := range d.notes {
		i := slices.IndexFunc(list, func(n map[string]any) bool { return n["id"] == id })
		switch {
		case i < 0:
			continue
		case hide:
			list[i]["internal"] = "yes"
		case r.Method == http.MethodDelete:
			d.notes[no] = slices.Delete(list, i, i+1)
		default:
			list[i]["html"], list[i]["edited"] = body(r)["html"], d.ms()
		}
		say(w, map[string]any{})
		return
	}
	refuse(w, "not_found")
}

func (d *desk) upload(w http.ResponseWriter, r *http.Request, no string, who map[string]any) {
	part, head, err := r.FormFile("content")
	if err != nil {
		refuse(w, "no content")
		return
	}
	b, _ := io.ReadAll(part)
	f := map[string]any{"id": d.id(), "name": head.Filename, "type": r.FormValue("kind"), "bytes": len(b), "by": who, "at": d.ms(), "ref": r.FormValue("ref")}
	f["path"] = "/api/files/" + f["id"].(string) + "/content"
	d.files[no], d.content[f["id"].(string)] = append(d.files[no], f), b
	say(w, map[string]any{"data": f})
}

func (d *desk) file(w http.ResponseWriter, r *http.Request, id string, content bool) {
	if content {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(d.content[id])
		return
	}
	for no, list := range d.files {
		d.files[no] = slices.DeleteFunc(list, func(f map[string]any) bool { return f["id"] == id })
	}
	say(w, map[string]any{})
}
