package service_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"go.temporal.io/sdk/log"

	"duplex/internal/service"
)

func TestEngineLogSpeaksOfPairsAndSystems(t *testing.T) {
	var out bytes.Buffer
	l := service.EngineLog(slog.New(slog.NewTextHandler(&out, nil)))
	l = log.With(l, "Namespace", "duplex", "TaskQueue", "system:jira-acme", "WorkerID", "w")
	l.Warn("Activity error.", "WorkflowID", "pair:desk:support:1", "RunID", "r", "ActivityType", "Fetch", "Attempt", 3, "Error", "busy")
	l.Info("started", "WorkflowID", "retention")
	for _, want := range []string{`level=WARN msg="Activity error." system=jira-acme pair=pair:desk:support:1 connection=desk act=Fetch Attempt=3 error=busy`, "workflow=retention"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log reads\n%swithout %s", out.String(), want)
		}
	}
	for _, inside := range []string{"Namespace", "WorkerID", "RunID"} {
		if strings.Contains(out.String(), inside) {
			t.Errorf("the log tells %s:\n%s", inside, out.String())
		}
	}
}
