package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/mapping"
	"duplex/internal/config"
	"duplex/store"
)

// applySystem stores a system file, with the files it names, as the newest version. The file must be right by itself and by its kind, and hold
// references where secrets belong.
func (g *Gateway) applySystem(r *http.Request) (any, error) {
	name, req, err := applying(r)
	if err != nil {
		return nil, err
	}
	sys, diags := mapping.ParseSystem(req.FileName, []byte(req.Source))
	if len(diags) == 0 {
		sys.Files = req.Files
		diags = config.InFile(config.CheckSystem(sys), req.FileName, []byte(req.Source))
	}
	if len(diags) > 0 {
		return nil, wrong(name, diags)
	}
	if sys.Name != name {
		return nil, refuse(classInvalid, name, fmt.Sprintf("the file is of system %s", sys.Name))
	}
	out := Applied{Name: name, DryRun: req.DryRun, Webhook: g.webhookURL(name)}
	if req.DryRun {
		old, err := g.o.Store.System(r.Context(), name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		out.Version, out.Changed = old.Version, !bytes.Equal(old.Source, []byte(req.Source)) || !maps.Equal(old.Files, req.Files)
		return out, nil
	}
	stored, changed, err := g.o.Store.PutSystem(r.Context(), core.SystemVersion{Name: name, Source: []byte(req.Source), FileName: req.FileName, Files: req.Files})
	if err != nil {
		return nil, err
	}
	if changed {
		g.o.Log.Info("system applied", "system", name, "version", stored.Version, "by", by(r))
	}
	out.Version, out.Changed = stored.Version, changed
	return out, nil
}

// applyConnection compiles a connection against its live systems and puts it in force as a new version.
func (g *Gateway) applyConnection(r *http.Request) (any, error) {
	name, req, err := applying(r)
	if err != nil {
		return nil, err
	}
	v := core.ConnectionVersion{Name: name, Source: []byte(req.Source), FileName: req.FileName, Files: req.Files, AppliedBy: by(r)}
	ctx, cancel := context.WithTimeout(r.Context(), adminFor)
	defer cancel()
	m, diags, err := g.o.Check(ctx, v)
	switch {
	case len(diags) > 0:
		return nil, wrong(name, diags)
	case err != nil:
		return nil, unchecked(name, err)
	case m.Connection.Name != name:
		return nil, refuse(classInvalid, name, fmt.Sprintf("the file is of connection %s", m.Connection.Name))
	}
	out := Applied{Name: name, DryRun: req.DryRun, Warnings: Diagnostics(m.Warnings)}
	if req.DryRun {
		old, err := g.o.Store.Connection(r.Context(), name, 0)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		out.Version, out.Changed = old.Version, !bytes.Equal(old.Source, v.Source) || !maps.Equal(old.Files, v.Files)
		return out, nil
	}
	if req.Draft {
		return g.draft(r.Context(), v, out)
	}
	stored, changed, err := g.o.Store.PutConnection(r.Context(), v)
	if err != nil {
		return nil, err
	}
	if changed {
		g.o.Log.Info("connection applied", "connection", name, "version", stored.Version, "by", v.AppliedBy)
	}
	out.Version, out.Changed = stored.Version, changed
	if changed || req.Follow {
		out.Run, err = g.follow(r.Context(), name, stored.Version, req.Follow, by(r))
	}
	return out, err
}

// applying reads the name and body of a PUT.
func applying(r *http.Request) (string, ApplyRequest, error) {
	var req ApplyRequest
	name, err := variable(r, "name")
	if err == nil {
		err = read(r, &req)
	}
	if err == nil && (req.FileName == "" || req.Source == "") {
		err = refuse(classRequest, "body", "file_name and source are wanted")
	}
	return name, req, err
}

func wrong(name string, ds mapping.Diagnostics) error {
	text := fmt.Sprintf("%d things are wrong in the file", len(ds))
	if len(ds) == 1 {
		text = "one thing is wrong in the file"
	}
	return &refusal{Error{Class: classInvalid, Text: text, Where: name, Diagnostics: Diagnostics(ds)}}
}

// unchecked tells that a connection was not compiled because a system could not be asked.
func unchecked(name string, err error) error {
	class := connectors.Class(err)
	if _, ok := statuses[class]; !ok || class == classFailed {
		class = classBusy
	}
	return refuse(class, name, "the connection cannot be checked, because a system it names cannot be asked: "+err.Error())
}

func (g *Gateway) listSystems(r *http.Request) (any, error) {
	systems, err := g.systems(r.Context())
	return SystemList{Systems: systems}, err
}

func (g *Gateway) systems(ctx context.Context) ([]System, error) {
	versions, err := g.o.Store.Systems(ctx)
	out := make([]System, 0, len(versions))
	for _, v := range versions {
		out = append(out, g.system(ctx, v))
	}
	return out, err
}

// system is a stored system file as the API shows it.
func (g *Gateway) system(ctx context.Context, v core.SystemVersion) System {
	out := System{Name: v.Name, Version: v.Version, FileName: v.FileName, AppliedAt: v.AppliedAt, Webhook: g.webhookURL(v.Name)}
	sys, diags := mapping.ParseSystem(v.FileName, v.Source)
	out.Kind, out.BaseURL = sys.Kind, sys.BaseURL
	if err := diags.Err(); err != nil {
		out.Problem = err.Error()
	} else if _, err := g.o.Systems.Connector(ctx, v.Name); err != nil {
		out.Problem = err.Error()
	}
	return out
}

func (g *Gateway) webhookURL(system string) string {
	if g.o.PublicURL == "" {
		return ""
	}
	return g.o.PublicURL + "/webhooks/" + system
}

func (g *Gateway) showSystem(r *http.Request) (any, error) {
	name, err := variable(r, "name")
	if err != nil {
		return nil, err
	}
	v, err := g.o.Store.System(r.Context(), name)
	if err != nil {
		return nil, missing(err, "system", name)
	}
	out := g.system(r.Context(), v)
	out.Source, out.Files = string(v.Source), v.Files
	return out, nil
}

func (g *Gateway) listConnections(r *http.Request) (any, error) {
	list, err := g.connectionList(r.Context())
	return ConnectionList{Connections: list}, err
}

func (g *Gateway) connectionList(ctx context.Context) ([]Connection, error) {
	versions, err := g.o.Store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	brakes, err := g.brakes(ctx)
	if err != nil {
		return nil, err
	}
	pairs, err := g.o.Store.CountPairs(ctx)
	out := make([]Connection, 0, len(versions))
	for _, v := range versions {
		c := g.connection(v)
		c.Pairs, c.Brake = pairs[v.Name], brakes[v.Name]
		out = append(out, c)
	}
	return out, err
}

// connection is a stored version as the API shows it in lists.
func (g *Gateway) connection(v core.ConnectionVersion) Connection {
	out := Connection{Name: v.Name, Version: v.Version, Active: v.Active, FileName: v.FileName, AppliedAt: v.AppliedAt, AppliedBy: v.AppliedBy,
		Draft: v.Draft, BasedOn: v.BasedOn, Before: v.Before}
	got := g.connections.compile(v)
	if got.mapping == nil {
		out.Problem = got.err.Error()
		return out
	}
	for _, s := range got.mapping.Connection.Sides {
		out.Sides = append(out.Sides, ConnectionSide{Name: s.Name, System: s.System, Type: s.Type, Starts: s.Starts})
	}
	return out
}

func (g *Gateway) showConnection(r *http.Request) (any, error) {
	name, err := variable(r, "name")
	if err != nil {
		return nil, err
	}
	version, err := number(r, "version", 0, 1<<31)
	if err != nil {
		return nil, err
	}
	v, err := g.o.Store.Connection(r.Context(), name, int(version))
	if err != nil {
		return nil, missing(err, "connection", name)
	}
	out := g.connection(v)
	out.Source, out.Files = string(v.Source), v.Files
	return out, nil
}

func (g *Gateway) listVersions(r *http.Request) (any, error) {
	name, err := variable(r, "name")
	if err != nil {
		return nil, err
	}
	versions, err := g.o.Store.ConnectionVersions(r.Context(), name)
	if err == nil && len(versions) == 0 {
		err = refuse(classNotFound, name, "there is no connection "+name)
	}
	out := ConnectionList{Connections: make([]Connection, 0, len(versions))}
	for _, v := range versions {
		out.Connections = append(out.Connections, Connection{Name: v.Name, Version: v.Version, Active: v.Active, FileName: v.FileName,
			AppliedAt: v.AppliedAt, AppliedBy: v.AppliedBy, Draft: v.Draft, BasedOn: v.BasedOn, Before: v.Before})
	}
	return out, err
}

func (g *Gateway) activate(r *http.Request) (any, error) {
	var req ActivateRequest
	name, err := variable(r, "name")
	if err == nil {
		err = read(r, &req)
	}
	if err == nil && req.Version < 1 {
		err = refuse(classRequest, "version", "version must be a whole number from 1 on")
	}
	if err != nil {
		return nil, err
	}
	if err := g.o.Store.ActivateConnection(r.Context(), name, req.Version); err != nil {
		return nil, missing(err, fmt.Sprintf("version %d of connection", req.Version), name)
	}
	return g.inForceNow(r.Context(), name, req.Version, req.Follow, by(r))
}

// missing says in plain words that there is no such thing; other errors stay.
func missing(err error, what, name string) error {
	var removed *store.RemovedError
	var erased *store.ErasedError
	switch {
	case errors.As(err, &removed):
		return refuse(classNotFound, name, fmt.Sprintf("there is no %s %s (any more): %s from before %s were removed by retention", what, name, removed.What,
			removed.Before.UTC().Format(time.DateOnly)))
	case errors.As(err, &erased):
		return refuse(classNotFound, name, fmt.Sprintf("of %s %s nothing is left: %v", what, name, erased))
	case errors.Is(err, store.ErrNotFound):
		return refuse(classNotFound, name, fmt.Sprintf("there is no %s %s", what, name))
	}
	return err
}
