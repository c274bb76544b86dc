package zendesk

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// textWords are the words that the index has of a text: case and signs are not in it.
func textWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '_'
	})
}

// hasWords tells whether the words of a term stand side by side in a text. A term in quote-marks is an exact phrase; the last word of
// another may be the beginning of a longer one (vendor page "Zendesk Support search reference"). Signs alone find nothing.
func hasWords(text, term string, phrase bool) bool {
	have, want := textWords(text), textWords(term)
	last := len(want) - 1
	for at := 0; last >= 0 && at+last < len(have); at++ {
		end := have[at+last]
		if slices.Equal(have[at:at+last], want[:last]) && (end == want[last] || !phrase && strings.HasPrefix(end, want[last])) {
			return true
		}
	}
	return false
}

// hasValue decides custom_field_ID:value. Text is searched by its words, all else as a whole.
func (t *ticket) hasValue(id int64, value string, phrase bool) bool {
	if f := fieldByID(id); f != nil && slices.Contains([]string{"text", "textarea", "regexp"}, f.kind) {
		return hasWords(text(t.Fields[id]), value, phrase)
	}
	return text(t.Fields[id]) == value
}

// cursorLives is how long the cursor of an export is good for (vendor page "Search").
const cursorLives = time.Hour

// issueCursor puts the time into the cursor of an export's answer.
func (c *call) issueCursor(beside object, q url.Values) {
	meta := beside["meta"].(object)
	after, _ := meta["after_cursor"].(string)
	if after == "" {
		return
	}
	stamped := base64.URLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", c.now.Unix(), after))
	meta["after_cursor"] = stamped
	links := beside["links"].(object)
	if links["next"] != nil {
		q.Set("page[after]", stamped)
		links["next"] = c.e.base + c.req.URL.Path + ".json?" + q.Encode()
	}
}

// takeCursor takes the time off again. One that has expired is refused; the vendor does not say with what status, so this is a guess.
func (c *call) takeCursor(q url.Values) error {
	stamped := q.Get("page[after]")
	if stamped == "" {
		return nil
	}
	raw, err := base64.URLEncoding.DecodeString(stamped)
	issued, after, ok := strings.Cut(string(raw), " ")
	at, errAt := strconv.ParseInt(issued, 10, 64)
	if err != nil || !ok || errAt != nil {
		return badRequest("InvalidPaginationParameter", "page[after] is not valid")
	}
	if c.now.Sub(time.Unix(at, 0)) > cursorLives {
		return &apiError{http.StatusUnprocessableEntity, object{"error": "invalid", "description": "Invalid search: the cursor has expired"}}
	}
	q.Set("page[after]", after)
	return nil
}
