package jira

import "net/http"

// workViews are the worklogs a person may see, oldest first.
func (s *session) workViews(i *issue) []workView {
	var out []workView
	for _, w := range i.Worklogs {
		if !s.user.maySee(w.Visibility) {
			continue
		}
		one := workView{ID: w.ID, Author: personName(w.AuthorID), Started: pageTime(w.Started), Spent: formatDuration(w.Seconds), Text: s.pageHTML(w.Comment), Mine: s.user.mayEditWork(w)}
		if w.Visibility != nil {
			one.Closed = "only " + w.Visibility.Value
		}
		out = append(out, one)
	}
	return out
}

// timesText sums up an issue's time tracking; "" where there is nothing to tell.
func (s *session) timesText(i *issue) string {
	e, spent := i.tracked()
	var text string
	for _, part := range []struct {
		seconds *int
		words   string
	}{{spent, "logged"}, {e.remaining, "remaining"}, {e.original, "estimated at first"}} {
		if part.seconds == nil {
			continue
		}
		if text != "" {
			text += " · "
		}
		text += formatDuration(*part.seconds) + " " + part.words
	}
	return text
}

func (s *session) formLogWork(r *http.Request, i *issue) (string, error) {
	in := worklogInput{TimeSpent: r.FormValue("spent")}
	if done := sent(r.Form, "done"); done != "" {
		in.Comment = quoted(textDocument(done))
	}
	w, err := s.readWorklog(i, in, worklog{Started: s.now, Properties: map[string]rawDoc{}})
	if err != nil {
		return "", err
	}
	s.logWork(i, w, adjustment{})
	return "/items/" + i.ID, nil
}

func (s *session) formDropWork(r *http.Request, i *issue) (string, error) {
	w := i.worklog(r.PathValue("worklog"))
	if w == nil || !s.user.mayEditWork(w) {
		return "", noWorklog(r.PathValue("worklog"))
	}
	s.dropWork(i, w, adjustment{})
	return "/items/" + i.ID, nil
}
