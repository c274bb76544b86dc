package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"duplex/connectors/memory"
	"duplex/core"
	"duplex/internal/service"
	"duplex/store"
	"duplex/workflows"
)

const (
	leftSystem  = "left"
	rightSystem = "right"
	systemFile  = "system: %s\nkind: memory\nbase_url: http://memory\nlimits: {concurrency: 16}\n"
	deskFile    = `
connection: desk
sides:
  support:     {system: left, type: item, start: 'item.priority == "high"'}
  engineering: {system: right, type: item}
conflicts: latest
rules:
  - {support: title, engineering: title}
  - {support: description, engineering: description}
  - {support: priority, engineering: priority, conflict: support}
  - {support: labels, engineering: labels, as: set}
comments: {flow: both, private: keep, header: '{author} ({system}):'}
deletes: {support: note, engineering: unlink}
`
)

// pairs is duplex as a worker runs it, on a SQLite store, with two systems in memory that answer at once: what is measured is
// the engine, the store and duplex itself.
type pairs struct {
	temporal    client.Client
	store       *store.Store
	left, right *memory.System
	items       []core.Ref
	arrived     []chan string
	end         func()
}

func newPairs(ctx context.Context, c client.Client, dir string) (*pairs, error) {
	st, err := store.Open(ctx, "sqlite:"+dir+"/duplex.db", store.Options{SealKey: make([]byte, 32)})
	if err != nil {
		return nil, err
	}
	p := &pairs{temporal: c, store: st, left: memory.Share(memory.New(memory.Options{Name: leftSystem})),
		right: memory.Share(memory.New(memory.Options{Name: rightSystem}))}
	for _, name := range []string{leftSystem, rightSystem} {
		if _, _, err := st.PutSystem(ctx, core.SystemVersion{Name: name, FileName: name + ".yaml", Source: fmt.Appendf(nil, systemFile, name)}); err != nil {
			return nil, err
		}
	}
	if _, _, err := st.PutConnection(ctx, core.ConnectionVersion{Name: "desk", FileName: "desk.yaml", Source: []byte(deskFile)}); err != nil {
		return nil, err
	}
	p.right.OnChange(p.changed)
	w := service.NewWorker(service.WorkerOptions{Temporal: c, Store: st, Systems: &service.Systems{Store: st}, Log: slog.New(slog.DiscardHandler),
		Tuning: workflows.DefaultTuning})
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	p.end = func() { cancel(); <-ended; _ = st.Close() }
	return p, nil
}

// changed tells who waits for an edit that its title has reached the right side.
func (p *pairs) changed(h core.Hint) {
	o, ok := p.right.Item(h.Ref.ID)
	var subject, edit int
	title := o.Field("title").Source()
	if n, _ := fmt.Sscanf(title, "subject %d edit %d", &subject, &edit); !ok || n != 2 {
		return
	}
	select {
	case p.arrived[subject] <- title:
	default:
	}
}

func (p *pairs) prepare(ctx context.Context, n int) error {
	for i := range n {
		p.arrived = append(p.arrived, make(chan string, 4))
		ref, err := p.left.CreateAs("u-ada", core.Draft{Type: "item", Fields: map[string]core.Value{"title": core.String(title(i, 0)),
			"description": core.Text("plain", strings.Repeat("it burns ", 50)), "priority": core.Option("", "high"), "labels": core.Strings("hot")}})
		if err != nil {
			return err
		}
		p.items = append(p.items, ref)
	}
	for i := range n {
		if err := p.hint(ctx, i); err != nil {
			return err
		}
	}
	for i := range n {
		if err := p.wait(ctx, i, 0); err != nil {
			return err
		}
	}
	return nil
}

func (p *pairs) edit(ctx context.Context, subject, edit int) error {
	if err := p.left.EditAs("u-ada", p.items[subject].ID, map[string]core.Value{"title": core.String(title(subject, edit))}); err != nil {
		return err
	}
	if err := p.hint(ctx, subject); err != nil {
		return err
	}
	return p.wait(ctx, subject, edit)
}

func title(subject, edit int) string { return fmt.Sprintf("subject %d edit %d", subject, edit) }

// hint is what the gateway does with a webhook.
func (p *pairs) hint(ctx context.Context, subject int) error {
	state := workflows.FromItem("desk", [2]string{"support", "engineering"}, [2]string{leftSystem, rightSystem}, core.A, p.items[subject])
	_, err := p.temporal.SignalWithStartWorkflow(ctx, state.ID, workflows.HintSignal, workflows.Hint{Side: core.A, Kind: core.HintChanged},
		client.StartWorkflowOptions{ID: state.ID, TaskQueue: workflows.PairsQueue}, workflows.PairWorkflow, state)
	return err
}

func (p *pairs) wait(ctx context.Context, subject, edit int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for want := title(subject, edit); ; {
		select {
		case got := <-p.arrived[subject]:
			if got == want {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("%s has not arrived: %w", want, context.Cause(ctx))
		}
	}
}

func (p *pairs) stop() { p.end() }
