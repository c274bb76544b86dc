package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duplex/standalone/rig"
)

const (
	graceAtZendesk = "grace@acme.example"
	internalRole   = "Service Desk Team"
)

func (c *checker) creation(ctx context.Context) {
	c.step(ctx, "a ticket tagged bug gets an issue", func() (err error) {
		c.bugs = 1
		c.id, err = c.Ada.NewTicket(ctx, rig.Object{"subject": "Printer on fire", "priority": "high", "tags": []any{"bug", "printer"},
			"requester": rig.Object{"email": "customer1@globex.example"},
			"comment":   rig.Object{"html_body": "<p>The smoke is <strong>colourful</strong>.</p>", "public": true}})
		return err
	}, func() error {
		issues, err := c.JiraAda.Issues(ctx, "ENG")
		if err != nil || len(issues) != 1 {
			return errors.Join(err, fmt.Errorf("%d issues, want 1", len(issues)))
		}
		c.issueN = rig.Text(issues[0], "id")
		i, err := c.JiraAda.Issue(ctx, c.issueN)
		if err != nil {
			return err
		}
		if d := rig.Plain(i["description"]); !strings.Contains(d, "The smoke is colourful.") {
			return fmt.Errorf("description is %q", d)
		}
		if rig.Text(i, "components", 0, "name") != "vip" {
			return errors.New("the component computed from the organization is missing")
		}
		return c.wantIssue(ctx, p("summary"), "Printer on fire", p("priority", "name"), "High", p("status", "name"), "To Do", p("assignee"), "")
	})
	c.step(ctx, "a ticket without the tag stays alone", func() error {
		_, err := c.Ada.NewTicket(ctx, rig.Object{"subject": "Just asking", "comment": rig.Object{"body": "hello", "public": true}})
		return err
	}, nil)
}

func (c *checker) fieldsToJira(ctx context.Context) {
	edit := func(t rig.Object) func() error { return func() error { return c.Ada.EditTicket(ctx, c.id, t) } }
	c.step(ctx, "subject → summary", edit(rig.Object{"subject": "Printer on fire, floor 3"}), func() error {
		return c.wantIssue(ctx, p("summary"), "Printer on fire, floor 3")
	})
	c.step(ctx, "priority → priority, by the table", edit(rig.Object{"priority": "urgent"}), func() error {
		return c.wantIssue(ctx, p("priority", "name"), "Highest")
	})
	c.step(ctx, "status → status, by a transition", edit(rig.Object{"status": "pending"}), func() error {
		return c.wantIssue(ctx, p("status", "name"), "In Progress")
	})
	c.step(ctx, "assignee → assignee, by e-mail", edit(rig.Object{"assignee_email": graceAtZendesk}), func() error {
		return c.wantIssue(ctx, p("assignee", "displayName"), "Grace Hopper")
	})
	c.step(ctx, "a new tag → a new label", func() error {
		return c.Ada.Call(ctx, "PUT", "/api/v2/tickets/"+c.id+"/tags.json", rig.Object{"tags": []any{"floor3"}}, nil)
	}, func() error { return c.hasLabel(ctx, "floor3") })
}

func (c *checker) fieldsToZendesk(ctx context.Context) {
	edit := func(f rig.Object) func() error {
		return func() error { return c.JiraGrace.EditIssue(ctx, c.issueN, f) }
	}
	c.step(ctx, "summary → subject", edit(rig.Object{"summary": "Toner leak"}), func() error { return c.wantTicket(ctx, p("subject"), "Toner leak") })
	c.step(ctx, "priority ← priority, by the table", edit(rig.Object{"priority": rig.Object{"name": "Low"}}), func() error {
		return c.wantTicket(ctx, p("priority"), "low")
	})
	c.step(ctx, "a label removed → the tag removed, the others stay", func() error {
		return c.JiraGrace.Call(ctx, "PUT", "/rest/api/3/issue/"+c.issueN, rig.Object{"update": rig.Object{"labels": []any{rig.Object{"remove": "floor3"}}}}, nil)
	}, func() error {
		t, err := c.Ada.Ticket(ctx, c.id)
		if tags := fmt.Sprint(t["tags"]); err == nil && (strings.Contains(tags, "floor3") || !strings.Contains(tags, "printer")) {
			err = fmt.Errorf("tags are %s", tags)
		}
		return err
	})
	c.step(ctx, "assignee ← assignee, by e-mail", func() error {
		var users []any
		if err := c.JiraAda.Call(ctx, "GET", "/rest/api/3/user/search?query=ada@acme.example", nil, &users); err != nil {
			return err
		}
		return c.JiraGrace.EditIssue(ctx, c.issueN, rig.Object{"assignee": rig.Object{"accountId": rig.Text(users, 0, "accountId")}})
	}, func() error {
		var me rig.Object
		if err := c.Ada.Call(ctx, "GET", "/api/v2/users/me.json", nil, &me); err != nil {
			return err
		}
		return c.wantTicket(ctx, p("assignee_id"), rig.Text(me, "user", "id"))
	})
	c.step(ctx, "status solved → Done, through two hops", func() error {
		return c.Ada.EditTicket(ctx, c.id, rig.Object{"status": "solved"})
	}, func() error { return c.wantIssue(ctx, p("status", "name"), "Done") })
	c.step(ctx, "an issue that is reopened reopens the ticket", func() error { return c.JiraGrace.MoveIssue(ctx, c.issueN, "To Do") }, func() error {
		return c.wantTicket(ctx, p("status"), "open")
	})
}

func (c *checker) hasLabel(ctx context.Context, label string) error {
	i, err := c.JiraAda.Issue(ctx, c.issueN)
	if err == nil && !slices.Contains(rig.List(i["labels"]), any(label)) {
		err = fmt.Errorf("labels are %v", i["labels"])
	}
	return err
}

func (c *checker) conflicts(ctx context.Context) {
	c.step(ctx, "simultaneous edits of different fields both survive", func() error {
		return c.together(ctx, func() error { return c.Ada.EditTicket(ctx, c.id, rig.Object{"subject": "Both survive"}) },
			func() error {
				return c.JiraGrace.EditIssue(ctx, c.issueN, rig.Object{"priority": rig.Object{"name": "High"}})
			})
	}, func() error {
		return errors.Join(c.wantIssue(ctx, p("summary"), "Both survive", p("priority", "name"), "High"), c.wantTicket(ctx, p("priority"), "high"))
	})
	collide := func(ticket, issue string) func() error {
		return func() error {
			return c.together(ctx, func() error { return c.Ada.EditTicket(ctx, c.id, rig.Object{"subject": ticket}) },
				func() error { time.Sleep(zendeskSecond); return nil },
				func() error { return c.JiraGrace.EditIssue(ctx, c.issueN, rig.Object{"summary": issue}) })
		}
	}
	settled := func(want string) func() error {
		return func() error {
			return errors.Join(c.wantTicket(ctx, p("subject"), want), c.wantIssue(ctx, p("summary"), want))
		}
	}
	c.step(ctx, "conflict, policy latest: the later edit wins", collide("edited first", "edited last"), settled("edited last"))
	c.policy(ctx, "support")
	c.step(ctx, "conflict, policy support: the help desk wins", collide("the help desk", "the engineers"), settled("the help desk"))
	c.policy(ctx, "engineering")
	c.step(ctx, "conflict, policy engineering: the engineers win", collide("the help desk again", "the engineers again"), settled("the engineers again"))
	c.policy(ctx, "park")
	c.step(ctx, "conflict, policy park: both values stay, the pair shows it", collide("mine", "yours"), func() error {
		pair, err := c.pair(ctx)
		if err == nil && rig.Text(pair, "status") != "problem" {
			err = fmt.Errorf("the pair is %s", rig.Text(pair, "status"))
		}
		return errors.Join(err, c.wantTicket(ctx, p("subject"), "mine"), c.wantIssue(ctx, p("summary"), "yours"))
	})
	c.step(ctx, "a parked conflict holds up nothing else", func() error { return c.Ada.EditTicket(ctx, c.id, rig.Object{"priority": "normal"}) }, func() error {
		return errors.Join(c.wantIssue(ctx, p("priority", "name"), "Medium", p("summary"), "yours"), c.wantTicket(ctx, p("subject"), "mine"))
	})
	c.step(ctx, "resolve writes the chosen value", func() error {
		return c.AdminCall(ctx, "POST", "/api/v1/pairs/"+c.pairID()+"/resolve", rig.Object{"rule": "subject~summary", "winner": "engineering"}, nil)
	}, settled("yours"))
	c.policy(ctx, "latest")
}

// policy applies the connection with another policy for conflicts.
func (c *checker) policy(ctx context.Context, name string) {
	c.step(ctx, "a new version of the connection: conflicts: "+name, func() error {
		return c.Apply(ctx, connection, bytes.Replace(c.source, []byte("conflicts: latest"), []byte("conflicts: "+name), 1), c.tables)
	}, nil)
}

func (c *checker) pairID() string { return "pair:" + connection + ":support:" + c.id }

func (c *checker) pair(ctx context.Context) (rig.Object, error) {
	var pair rig.Object
	err := c.AdminCall(ctx, "GET", "/api/v1/pairs/"+c.pairID(), nil, &pair)
	return pair, err
}

func (c *checker) conversation(ctx context.Context) {
	note := func(words string, public bool) func() error {
		return func() error {
			return c.Ada.EditTicket(ctx, c.id, rig.Object{"comment": rig.Object{"html_body": "<p>" + words + "</p>", "public": public}})
		}
	}
	c.step(ctx, "a public comment reaches the issue, once, with its author", note("Any news for the customer?", true), func() error {
		return c.issueComment(ctx, "Any news for the customer?", "")
	})
	c.step(ctx, "an internal note stays internal", note("The customer is angry.", false), func() error {
		return c.issueComment(ctx, "The customer is angry.", internalRole)
	})
	c.step(ctx, "a comment of the engineers reaches the ticket as an internal note", func() error {
		_, err := c.JiraGrace.CommentOnIssue(ctx, c.issueN, "Found the cause.", "")
		return err
	}, func() error { return c.ticketComment(ctx, "Found the cause.", "false") })
	c.step(ctx, "a file on the ticket reaches the issue, once", func() error {
		return c.Ada.AttachToTicket(ctx, c.id, "log.txt", []byte("line 1\nline 2\n"))
	}, func() error {
		i, err := c.JiraAda.Issue(ctx, c.issueN)
		return errors.Join(err, once("log.txt", rig.List(i["attachment"]), "filename"))
	})
	c.step(ctx, "a file on the issue reaches the ticket, once", func() error {
		return c.JiraGrace.AttachToIssue(ctx, c.issueN, "trace.txt", []byte("stack"))
	}, func() error {
		comments, err := c.Ada.TicketComments(ctx, c.id)
		var files []any
		for _, m := range comments {
			files = append(files, rig.List(m, "attachments")...)
		}
		return errors.Join(err, once("trace.txt", files, "file_name"))
	})
}

func once(name string, files []any, key string) error {
	n := 0
	for _, f := range files {
		if rig.Text(f, key) == name {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("%s is there %d times", name, n)
	}
	return nil
}

func (c *checker) issueComment(ctx context.Context, words, role string) error {
	comments, err := c.JiraAda.IssueComments(ctx, c.issueN)
	if err != nil {
		return err
	}
	n := 0
	for _, m := range comments {
		if body := rig.Plain(rig.At(m, "body")); strings.Contains(body, words) {
			n++
			if !strings.Contains(body, "Ada Lovelace") {
				return fmt.Errorf("the comment does not name its author: %q", body)
			}
			if got := rig.Text(m, "visibility", "value"); got != role {
				return fmt.Errorf("the comment is restricted to %q, want %q", got, role)
			}
		}
	}
	if n != 1 {
		return fmt.Errorf("the comment is there %d times", n)
	}
	return nil
}

func (c *checker) ticketComment(ctx context.Context, words, public string) error {
	comments, err := c.Ada.TicketComments(ctx, c.id)
	if err != nil {
		return err
	}
	n := 0
	for _, m := range comments {
		if strings.Contains(rig.Text(m, "plain_body")+rig.Text(m, "body"), words) {
			n++
			if got := rig.Text(m, "public"); got != public {
				return fmt.Errorf("public is %s, want %s", got, public)
			}
		}
	}
	if n != 1 {
		return fmt.Errorf("the comment is there %d times", n)
	}
	return nil
}

// echoes counts remote calls with the emulators: nothing that the sync wrote comes back as work.
func (c *checker) echoes(ctx context.Context) {
	edit := func(name string, do func() error, arrived func() error, limit int) {
		c.step(ctx, name, func() error {
			if err := c.settle(ctx); err != nil {
				return err
			}
			if err := c.ResetCalls(ctx); err != nil {
				return err
			}
			return do()
		}, arrived)
		c.step(ctx, fmt.Sprintf("… with at most %d remote calls, its echo included, and one write", limit), func() error {
			if err := c.settle(ctx); err != nil {
				return err
			}
			return c.countCalls(ctx, limit)
		}, nil)
	}
	edit("a field edit goes from the issue to the ticket", func() error {
		return c.JiraGrace.EditIssue(ctx, c.issueN, rig.Object{"summary": "counted one"})
	}, func() error { return c.wantTicket(ctx, p("subject"), "counted one") }, 2)
	edit("a field edit goes from the ticket to the issue", func() error {
		return c.Ada.EditTicket(ctx, c.id, rig.Object{"subject": "counted two"})
	}, func() error { return c.wantIssue(ctx, p("summary"), "counted two") }, 3)
}

// kills ends every process in turn while something happens, and starts it again.
func (c *checker) kills(ctx context.Context) {
	for i, part := range allParts {
		subject := fmt.Sprintf("while the %s was dead", part)
		c.step(ctx, "the "+part+" is killed, a ticket is edited and a bug reported meanwhile", func() error {
			return c.killAndStart(part, func() error {
				c.bugs++
				_, err := c.Ada.NewTicket(ctx, rig.Object{"subject": subject + ", a new bug", "tags": []any{"bug"}, "comment": rig.Object{"body": "help", "public": true}})
				return errors.Join(err, c.Ada.EditTicket(ctx, c.id, rig.Object{"subject": subject}))
			})
		}, func() error {
			issues, err := c.JiraAda.Issues(ctx, "ENG")
			if err == nil && len(issues) != i+2 {
				err = fmt.Errorf("%d issues, want %d", len(issues), i+2)
			}
			return errors.Join(err, c.wantIssue(ctx, p("summary"), subject))
		})
		c.step(ctx, "the "+part+" is killed in the middle of the work", func() error {
			err := c.Ada.EditTicket(ctx, c.id, rig.Object{"subject": subject + " again", "comment": rig.Object{"html_body": "<p>" + subject + "</p>", "public": false}})
			return errors.Join(err, c.killAndStart(part, func() error { return nil }))
		}, func() error {
			return errors.Join(c.wantIssue(ctx, p("summary"), subject+" again"), c.issueComment(ctx, subject, internalRole))
		})
	}
}
