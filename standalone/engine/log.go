package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLog passes the server's warnings and errors on to slog and drops the rest.
type serverLog struct {
	out   *slog.Logger
	state *logState // shared by all loggers derived with With
}

type logState struct {
	muted atomic.Bool
	fatal atomic.Pointer[error]
}

func newServerLog(out *slog.Logger) *serverLog {
	if out == nil {
		out = slog.New(slog.DiscardHandler)
	}
	return &serverLog{out: out.With("part", "temporal"), state: &logState{}}
}

// mute drops everything from now on. A server that is stopping reports the end of its own calls as errors.
func (l *serverLog) mute() { l.state.muted.Store(true) }

// fatal is the first message given to Fatal, or nil.
func (l *serverLog) fatal() error {
	if err := l.state.fatal.Load(); err != nil {
		return *err
	}
	return nil
}

func (l *serverLog) Debug(string, ...tag.Tag) {}
func (l *serverLog) Info(string, ...tag.Tag)  {}

func (l *serverLog) Warn(msg string, tags ...tag.Tag) {
	// The engine has no HTTP API on purpose: web pages could reach it, and it asks nobody who they are.
	if strings.HasPrefix(msg, "HTTP API port has not been set") {
		return
	}
	l.write(slog.LevelWarn, msg, tags)
}

func (l *serverLog) Error(msg string, tags ...tag.Tag)  { l.write(slog.LevelError, msg, tags) }
func (l *serverLog) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l *serverLog) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

// Fatal ends the calling goroutine and not the process: the engine is a guest in it. The server
// calls it where it cannot start, and startServer turns the message into its error. A listener
// that breaks later is logged only.
func (l *serverLog) Fatal(msg string, tags ...tag.Tag) {
	text := msg
	for _, t := range tags {
		text += fmt.Sprintf(", %s %v", t.Key(), t.Value())
	}
	err := errors.New(text)
	l.state.fatal.CompareAndSwap(nil, &err)
	l.write(slog.LevelError, msg, tags)
	runtime.Goexit()
}

// With implements log.WithLogger.
func (l *serverLog) With(tags ...tag.Tag) log.Logger {
	return &serverLog{out: slog.New(l.out.Handler().WithAttrs(attributes(tags))), state: l.state}
}

func (l *serverLog) write(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background()
	if l.state.muted.Load() || !l.out.Enabled(ctx, level) {
		return
	}
	l.out.LogAttrs(ctx, level, msg, attributes(tags)...)
}

func attributes(tags []tag.Tag) []slog.Attr {
	attrs := make([]slog.Attr, len(tags))
	for i, t := range tags {
		attrs[i] = slog.Any(t.Key(), t.Value())
	}
	return attrs
}

var (
	_ log.Logger     = (*serverLog)(nil)
	_ log.WithLogger = (*serverLog)(nil)
)
