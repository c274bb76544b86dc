package chaos

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"duplex/standalone/app"
	"duplex/standalone/rig"
	"duplex/store/storetest"
)

// site is one installation with the two systems it keeps in step.
type site struct {
	layout
	o             Options
	dir           string
	procs         *processes
	door          *door
	postgres      *storetest.Server
	zendesk, jira rig.Control  // of a classic site
	admin         []rig.Person // who calls the admin API of each gateway
	temporal      int
	dsn           string
	shift         [2]*shift
}

// The parts, in the order in which they are started.
var parts = []string{"engine", "gateway-1", "gateway-2", "worker-1", "worker-2"}

func newSite(ctx context.Context, o Options, dir string) (*site, error) {
	s := &site{o: o, dir: dir}
	ports, err := rig.FreePorts(3 + 2*2)
	if err != nil {
		return nil, err
	}
	controls := [2]rig.Control{rig.Control("http://" + rig.Address(ports[0])), rig.Control("http://" + rig.Address(ports[1]))}
	s.zendesk, s.jira, s.temporal = controls[support], controls[engineering], ports[2]
	if s.layout = classic(o, controls); o.Kinds != "" {
		if s.layout, err = mixed(o); err != nil {
			return nil, err
		}
	}
	s.shift = [2]*shift{{}, {}}
	if o.Store == "postgres" {
		if s.postgres, err = storetest.NewServer(ctx); err != nil {
			return nil, fmt.Errorf("a run on postgres: %w", err)
		}
		if s.dsn, err = s.postgres.CreateDatabase(ctx, "duplex"); err != nil {
			return nil, errors.Join(err, s.postgres.Remove())
		}
	}
	if s.procs, err = newProcesses(o, dir, s.env); err != nil {
		return nil, errors.Join(err, s.removePostgres())
	}
	token, err := app.AdminToken(dir)
	if err != nil {
		return nil, errors.Join(err, s.removePostgres())
	}
	common := []string{"serve", "-dir", dir, "-temporal-port", fmt.Sprint(s.temporal), "-ui-port", "-1", "-store", s.dsn, "-v"}
	s.procs.args["engine"] = append(common[:len(common):len(common)], "-parts", app.PartEngine)
	var backs []string
	for i := range 2 {
		admin, webhooks := rig.Address(ports[3+2*i]), rig.Address(ports[4+2*i])
		s.procs.args[fmt.Sprintf("gateway-%d", i+1)] = append(common[:len(common):len(common)], "-parts", app.PartGateway, "-admin", admin, "-webhooks", webhooks)
		s.procs.args[fmt.Sprintf("worker-%d", i+1)] = append(common[:len(common):len(common)], "-parts", app.PartWorker, "-admin", admin, "-heartbeat", "4s")
		s.admin = append(s.admin, rig.Person{Base: "http://" + admin, Secret: token})
		backs = append(backs, webhooks)
	}
	if s.door, err = openDoor(ctx, backs); err != nil {
		return nil, errors.Join(err, s.removePostgres())
	}
	if len(s.sites) == 0 {
		s.procs.args[emulatorsCommand] = s.emulators(o, s.door.address)
	}
	for _, m := range s.sites {
		if m.Webhooks == "" {
			err = errors.Join(err, m.Target("http://"+s.door.address+"/webhooks/"+m.Name))
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.removePostgres())
	}
	return s, nil
}

// start starts everything and applies the systems and connections. It returns when the whole works.
func (s *site) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := s.procs.startAll(); err != nil {
		return err
	}
	if err := s.answers(ctx); err != nil {
		return err
	}
	for _, e := range s.ends {
		if err := s.put(ctx, "/api/v1/systems/"+e.system, e.source, e.files); err != nil {
			return err
		}
	}
	for name, source := range s.connections {
		if err := s.put(ctx, "/api/v1/connections/"+name, source, nil); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) put(ctx context.Context, path, source string, files map[string]string) error {
	return s.admin[0].Call(ctx, "PUT", path, object{"file_name": filepath.Base(path) + ".yaml", "source": source, "files": files}, nil)
}

// answers waits until both systems and both gateways answer.
func (s *site) answers(ctx context.Context) error {
	all := map[string]string{string(s.ends[0].control): "/_control/faults", string(s.ends[1].control): "/_control/faults"}
	for _, h := range s.admin {
		all[h.Base] = "/readyz"
	}
	for base, path := range all {
		for {
			err := rig.Person{Base: base}.Call(ctx, "GET", path, nil, nil)
			if err == nil {
				break
			}
			if !sleep(ctx, 100*time.Millisecond) {
				return fmt.Errorf("%s does not answer: %w", base, err)
			}
		}
	}
	return nil
}

// ask calls the admin API of whichever gateway answers.
func (s *site) ask(ctx context.Context, path string, out any) (err error) {
	for _, h := range s.admin {
		if err = h.Call(ctx, "GET", path, nil, out); err == nil {
			return nil
		}
	}
	return err
}

func (s *site) stop() {
	s.procs.stop()
	for _, m := range s.sites {
		m.Close()
	}
	_ = s.removePostgres()
}

func (s *site) removePostgres() error {
	if s.postgres == nil {
		return nil
	}
	return s.postgres.Remove()
}

// of is the emulated system of a side.
func (s *site) of(which side) rig.Control { return s.ends[which].control }
