package service

import (
	"context"
	"log/slog"
	"strings"

	"go.temporal.io/sdk/log"
)

// EngineLog is the log of the engine's SDK in the words of the other logs: the workflow of a pair is its pair and its
// connection, the queue of a system is its system. What only tells of the engine's inside is left out.
func EngineLog(to *slog.Logger) log.Logger {
	return log.NewStructuredLogger(slog.New(engineHandler{to.Handler()}))
}

type engineHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h engineHandler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(engineAttrs(a)...)
		return true
	})
	return h.Handler.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h engineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var out []slog.Attr
	for _, a := range attrs {
		out = append(out, engineAttrs(a)...)
	}
	return engineHandler{h.Handler.WithAttrs(out)}
}

// WithGroup implements slog.Handler.
func (h engineHandler) WithGroup(name string) slog.Handler {
	return engineHandler{h.Handler.WithGroup(name)}
}

// engineAttrs is one of the SDK's tags as it is logged here.
func engineAttrs(a slog.Attr) []slog.Attr {
	text := a.Value.String()
	switch a.Key {
	case "WorkflowID":
		if rest, ok := strings.CutPrefix(text, "pair:"); ok {
			connection, _, _ := strings.Cut(rest, ":")
			return []slog.Attr{slog.String("pair", text), slog.String("connection", connection)}
		}
		return []slog.Attr{slog.String("workflow", text)}
	case "TaskQueue":
		if system, ok := strings.CutPrefix(text, "system:"); ok {
			return []slog.Attr{slog.String("system", system)}
		}
		return nil
	case "ActivityType":
		return []slog.Attr{slog.String("act", text)}
	case "Error":
		return []slog.Attr{{Key: "error", Value: a.Value}}
	case "Namespace", "WorkerID", "RunID", "WorkflowType", "ActivityID", "WorkerType":
		return nil
	}
	return []slog.Attr{a}
}
