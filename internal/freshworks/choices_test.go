package freshworks

import (
	"strings"
	"testing"

	"duplex/core"
)

// TestChoices: the shapes of the vendor's page "Ticket fields", and those of forms.
func TestChoices(t *testing.T) {
	for _, tt := range []struct {
		reason, raw string
		status      bool
		want        string // id=name, levels by |
	}{
		{"texts of a drop-down", `["1st","2nd"]`, false, "1st=1st,2nd=2nd"},
		{"label to id, in the order of the form", `{"Urgent":4,"Low":1}`, false, "4=Urgent,1=Low"},
		{"a status: id to the labels of agents and customers", `{"2":["Open","Being Processed"],"7":["Waiting on Third Party","Being Processed"]}`, true, "2=Open,7=Waiting on Third Party"},
		{"levels as objects of objects", `{"Hardware":{"Computer":["Mac","PC"],"Printer":[]},"Software":{"Office":["Mail"]}}`, false,
			"Hardware=Hardware,Software=Software|Computer=Computer,Printer=Printer,Office=Office|Mac=Mac,PC=PC,Mail=Mail"},
		{"levels as a list of objects of lists", `[{"Hardware":["Computer"]},{"Software":["Office","VPN"]}]`, false, "Hardware=Hardware,Software=Software|Computer=Computer,Office=Office,VPN=VPN"},
		{"objects with an id and a label", `[{"id":31,"label":"Web","position":1},{"id":32,"value":"Mobile","nested_options":[{"id":33,"value":"iOS"}]}]`, false, "31=Web,32=Mobile|33=iOS"},
		{"objects with a code and a label", `[{"label":"Open","value":2,"id":900}]`, true, "2=Open"},
		{"pairs of label and value", `[["Question","Question"],["Open",2]]`, false, "Question=Question,2=Open"},
		{"digits as names of a drop-down of levels", `{"2026":["January"]}`, false, "2026=2026|January=January"},
		{"nothing", `null`, false, ""},
		{"another shape", `"Low"`, false, ""},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			list := choices([]byte(tt.raw), tt.status)
			var levels []string
			for depth := 1; depth <= 3; depth++ {
				var one []string
				for _, o := range level(list, depth, true) {
					one = append(one, o.ID()+"="+o.Name())
				}
				if len(one) > 0 {
					levels = append(levels, strings.Join(one, ","))
				}
			}
			if got := strings.Join(levels, "|"); got != tt.want {
				t.Errorf("read as %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOptionsOfOneLabelAreOne(t *testing.T) {
	list := choices([]byte(`{"Kiel":{"Centre":[]},"Ulm":{"Centre":[]}}`), false)
	if got := level(list, 2, false); len(got) != 1 || !core.Equal(got[0], core.Option("Centre", "Centre")) {
		t.Errorf("the second level is %v", got)
	}
}
