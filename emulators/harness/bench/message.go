package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// Message is what came over the wire.
type Message struct {
	Header http.Header
	Raw    []byte
	Body   any // Raw decoded; nil where it is no JSON
}

// Answer is a response.
type Answer struct {
	Message
	Status int
}

// Receive is the request with its body.
func Receive(req *http.Request) Message {
	raw, _ := io.ReadAll(req.Body)
	return message(req.Header, raw)
}

// Read is the response with its body, which is closed.
func Read(t *testing.T, resp *http.Response) Answer {
	t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{message(resp.Header, raw), resp.StatusCode}
}

func message(header http.Header, raw []byte) Message {
	m := Message{Header: header, Raw: raw}
	_ = json.Unmarshal(raw, &m.Body)
	return m
}

// At follows keys and positions, At("ticket", "tags", 0); nil where they lead nowhere.
func (m Message) At(path ...any) any {
	v := m.Body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[p]
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				return nil
			}
			v = list[p]
		}
	}
	return v
}

// Text is the text there; "" for anything else.
func (m Message) Text(path ...any) string { s, _ := m.At(path...).(string); return s }

// List are the elements of the list there; none for anything else.
func (m Message) List(path ...any) []Message {
	list, _ := m.At(path...).([]any)
	out := make([]Message, len(list))
	for i, one := range list {
		out[i].Body = one
	}
	return out
}

// Len is how many there are in the list there.
func (m Message) Len(path ...any) int { return len(m.List(path...)) }

// ID is the whole number there, in digits.
func (m Message) ID(path ...any) string { return fmt.Sprintf("%.0f", m.At(path...)) }

// Find is the object of the list there that has the value under the key; its Body is nil where there is none.
func (m Message) Find(key, value string, path ...any) Message {
	for _, one := range m.List(path...) {
		if one.At(key) == value {
			return one
		}
	}
	return Message{}
}

// Column is what every object of the list there has under the key, as fmt prints it.
func (m Message) Column(key string, path ...any) []string {
	out := []string{}
	for _, one := range m.List(path...) {
		out = append(out, fmt.Sprint(one.At(key)))
	}
	return out
}
