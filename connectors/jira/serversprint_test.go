package jira

import (
	"encoding/json"
	"testing"

	"duplex/core"
)

func TestSprintsAsServersWriteThem(t *testing.T) {
	const class = "com.atlassian.greenhopper.service.sprint.Sprint@a88a698"
	for _, x := range []struct {
		sprints []string
		want    core.Value
		reason  string
	}{
		{[]string{class + "[id=1,rapidViewId=1,state=ACTIVE,name=Sample Sprint 2,startDate=2018-05-09T06:39:30.147Z,endDate=2018-05-23T06:59:30.147Z,completeDate=<null>,sequence=1,goal=<null>]"},
			core.Option("1", "Sample Sprint 2"), "the vendor's sample"},
		{[]string{class + "[id=7,rapidViewId=1,state=FUTURE,name=Weeks 1, 2 [late],goal=a, b=c,startDate=<null>,endDate=<null>,completeDate=<null>,sequence=7]"},
			core.Option("7", "Weeks 1, 2 [late]"), "a name with the signs of the form, and the goal before the dates"},
		{[]string{class + "[id=5,rapidViewId=1,state=ACTIVE,name=Goals,startDate=<null>,sequence=5,goal=first\r\nsecond]"}, core.Option("5", "Goals"), "a goal of two lines"},
		{[]string{class + "[id=8,rapidViewId=1,state=CLOSED,name=x,state=ACTIVE,name=y,startDate=<null>,sequence=8]"},
			core.Option("8", "x,state=ACTIVE,name=y"), "a name that looks like members"},
		{[]string{class + "[id=3,rapidViewId=1,state=ACTIVE,name=Now,startDate=<null>]", class + "[id=2,rapidViewId=1,state=CLOSED,name=Then,startDate=<null>]"},
			core.Option("3", "Now"), "the open one of two"},
		{[]string{class + "[id=2,rapidViewId=1,state=CLOSED,name=Then,startDate=<null>]"}, core.Option("2", "Then"), "a closed one is the last it was in"},
		{[]string{}, core.Empty(core.KindOption), "none"},
		{[]string{"something else"}, core.Absent(), "a form that nobody knows says nothing"},
	} {
		raw, err := json.Marshal(x.sprints)
		if err != nil {
			t.Fatal(err)
		}
		if got := readSprint(raw); got.ID() != x.want.ID() || got.Name() != x.want.Name() || got.IsEmpty() != x.want.IsEmpty() || got.IsAbsent() != x.want.IsAbsent() {
			t.Errorf("%s: %v, want %v", x.reason, got, x.want)
		}
	}
}
