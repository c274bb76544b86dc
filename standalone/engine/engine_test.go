package engine

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const queue = "test"

var stateAttribute = temporal.NewSearchAttributeKeyKeyword("TestState")

// collect waits for two words by signal, each passed through an activity, and returns them joined.
// It shows how many it has in the search attribute TestState.
func collect(ctx workflow.Context) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
	words := workflow.GetSignalChannel(ctx, "word")
	var got []string
	for len(got) < 2 {
		var word, loud string
		words.Receive(ctx, &word)
		if err := workflow.ExecuteActivity(ctx, shout, word).Get(ctx, &loud); err != nil {
			return "", err
		}
		got = append(got, loud)
		if err := workflow.UpsertTypedSearchAttributes(ctx, stateAttribute.ValueSet(fmt.Sprintf("has-%d", len(got)))); err != nil {
			return "", err
		}
	}
	return strings.Join(got, " "), nil
}

func shout(_ context.Context, word string) (string, error) { return strings.ToUpper(word), nil }

func attributesForTest() map[string]enums.IndexedValueType {
	return map[string]enums.IndexedValueType{"TestState": enums.INDEXED_VALUE_TYPE_KEYWORD}
}

func mustStart(t *testing.T, o Options) *Engine {
	t.Helper()
	if o.SearchAttributes == nil {
		o.SearchAttributes = attributesForTest()
	}
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	began := time.Now()
	e, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	t.Logf("started in %v", took.Round(time.Millisecond))
	if took > 30*time.Second {
		t.Errorf("the engine took %v to start", took)
	}
	t.Cleanup(e.Stop)
	return e
}

func dial(t *testing.T, address, namespace string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{
		HostPort:  address,
		Namespace: namespace,
		Logger:    sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func startWorker(t *testing.T, c client.Client) worker.Worker {
	t.Helper()
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(collect)
	w.RegisterActivity(shout)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

func startCollect(t *testing.T, c client.Client, id string) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: queue}, collect)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func signal(t *testing.T, c client.Client, id, word string) {
	t.Helper()
	if err := c.SignalWorkflow(t.Context(), id, "", "word", word); err != nil {
		t.Fatal(err)
	}
}

func wantResult(t *testing.T, c client.Client, id, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var got string
	if err := c.GetWorkflow(ctx, id, "").Get(ctx, &got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("workflow %s returned %q, want %q", id, got, want)
	}
}

// wantListed waits until the query finds exactly the workflow id.
func wantListed(t *testing.T, c client.Client, query, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := poll(ctx, func() error {
		list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		if err != nil {
			return err
		}
		if n := len(list.GetExecutions()); n != 1 {
			return fmt.Errorf("query %s found %d workflows", query, n)
		}
		if got := list.GetExecutions()[0].GetExecution().GetWorkflowId(); got != id {
			return fmt.Errorf("query %s found %s, want %s", query, got, id)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWorkflowRuns(t *testing.T) {
	e := mustStart(t, Options{})
	if e.Namespace() != "duplex" {
		t.Errorf("default namespace is %q", e.Namespace())
	}
	c := dial(t, e.Address(), e.Namespace())
	w := startWorker(t, c)
	defer w.Stop()

	startCollect(t, c, "pair-1")
	signal(t, c, "pair-1", "ready")
	wantListed(t, c, `TestState = "has-1"`, "pair-1")
	signal(t, c, "pair-1", "steady")
	wantResult(t, c, "pair-1", "READY STEADY")
	wantListed(t, c, `TestState = "has-2" AND ExecutionStatus = "Completed"`, "pair-1")
}

func TestNamespaceKeepsHistoryThirtyDays(t *testing.T) {
	e := mustStart(t, Options{UIPort: -1, Namespace: "other"})
	if e.UIURL() != "" {
		t.Errorf("UI at %s, want none", e.UIURL())
	}
	d, err := dial(t, e.Address(), "other").WorkflowService().DescribeNamespace(t.Context(),
		&workflowservice.DescribeNamespaceRequest{Namespace: "other"})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); got != 30*24*time.Hour {
		t.Errorf("retention is %v", got)
	}
}

func TestUIServesPages(t *testing.T) {
	e := mustStart(t, Options{})
	cases := []struct{ path, want, reason string }{
		{"/", "<html", "the first page an admin opens"},
		{"/namespaces/duplex/workflows", "<html", "a link into the UI"},
		{"/api/v1/settings", `"DefaultNamespace":"duplex"`, "the first page leads to our namespace"},
		{"/api/v1/namespaces/duplex", "namespaceInfo", "the UI reaches the frontend"},
	}
	for _, c := range cases {
		resp, err := http.Get(e.UIURL() + c.path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), c.want) {
			t.Errorf("%s answered %s without %q: %s\n%.300s", c.path, resp.Status, c.want, c.reason, body)
		}
	}
	e.Stop()
	if _, err := http.Get(e.UIURL()); err == nil {
		t.Error("the UI still answers after Stop")
	}
	if conn, err := net.Dial("tcp", e.Address()); err == nil {
		conn.Close()
		t.Error("the frontend still listens after Stop")
	}
}

func TestTwoEnginesInOneProcess(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		first := mustStart(t, Options{UIPort: -1})
		second := mustStart(t, Options{UIPort: -1, Dir: dir})
		one, two := dial(t, first.Address(), "duplex"), dial(t, second.Address(), "duplex")
		w1, w2 := startWorker(t, one), startWorker(t, two)
		for _, c := range []client.Client{one, two} {
			startCollect(t, c, "same-id")
		}
		signal(t, one, "same-id", "a")
		signal(t, two, "same-id", "b")
		signal(t, one, "same-id", "c")
		wantResult(t, one, "same-id", "A C")
		w1.Stop()
		first.Stop()
		signal(t, two, "same-id", "d")
		wantResult(t, two, "same-id", "B D")
		w2.Stop()
		second.Stop()
	}
}

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	used := t.TempDir()
	mustStart(t, Options{Dir: used, UIPort: -1})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tooMany := map[string]enums.IndexedValueType{}
	for i := range 4 {
		tooMany[fmt.Sprintf("Flag%d", i)] = enums.INDEXED_VALUE_TYPE_BOOL
	}

	cases := []struct {
		options      Options
		want, reason string
	}{
		{Options{FrontendPort: port}, "frontend port", "another program has the port"},
		{Options{UIPort: port}, "UI port", "the UI library would end the process"},
		{Options{Dir: used}, "another engine", "two servers on one database lose each other's writes"},
		{Options{Dir: filepath.Join(file, "sub")}, "data directory", "a file is in the way"},
		{Options{UIPort: -1, SearchAttributes: tooMany}, "search attributes", "SQL stores have room for three of type Bool"},
	}
	for _, c := range cases {
		e, err := Start(t.Context(), c.options)
		if err == nil {
			e.Stop()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q: %s", err, c.want, c.reason)
		}
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e, err := Start(ctx, Options{UIPort: -1}); err == nil {
		e.Stop()
		t.Error("started although its context was over")
	}
}
