package chaos

import (
	"math/rand/v2"
	"slices"
	"time"

	"duplex/standalone/rig"
)

// plan is what a seed comes to: who does what when, what breaks when, who is killed when.
type plan struct {
	acts   []planned
	faults []episode
	kills  []kill
	skews  [2][]skew
	modes  []mode
	window window
}

// planned is one act of a person. Which item it is about depends on what exists by then; the draw is its own.
type planned struct {
	at   time.Duration
	kind string
	seed uint64
}

// episode is a fault of one system for a while. It hits the sync's account only.
type episode struct {
	from, to time.Duration
	side     side
	fault    rig.Fault
}

type kill struct {
	at, down time.Duration
	part     string
}

type skew struct {
	at    time.Duration
	shift time.Duration
}

// mode is how a system treats its webhooks for a while.
type mode struct {
	from, to time.Duration
	side     side
	mode     string
	percent  float64
}

// window is when a maintenance window is announced, and of which system.
type window struct {
	at   time.Duration
	side side
}

// actKinds are the acts by how often they come.
var actKinds = []struct {
	kind   string
	weight int
}{{"title", 15}, {"priority", 10}, {"status", 11}, {"assignee", 7}, {"label", 12}, {"unlabel", 6}, {"comment", 13}, {"restricted", 4},
	{"reword", 3}, {"attach", 6}, {"clash", 7}, {"several", 5}, {"delete", 1}}

func draw(o Options) plan {
	p := plan{}
	people := rand.New(rand.NewPCG(o.Seed, 1))
	storm := o.Storm
	for n := range o.Items { // most items come early, so that there is something to work on
		at := time.Duration(people.Float64() * float64(storm) * 0.25)
		if n%4 == 0 {
			at = time.Duration(people.Float64() * float64(storm) * 0.9)
		}
		p.acts = append(p.acts, planned{at, "create", people.Uint64()})
	}
	total := 0
	for _, k := range actKinds {
		total += k.weight
	}
	for range int(o.Rate * storm.Seconds()) {
		n := people.IntN(total)
		for _, k := range actKinds {
			if n -= k.weight; n < 0 {
				p.acts = append(p.acts, planned{time.Duration(people.Float64() * float64(storm)), k.kind, people.Uint64()})
				break
			}
		}
	}
	slices.SortStableFunc(p.acts, func(a, b planned) int { return int(a.at - b.at) })
	if o.Calm {
		return p
	}
	p.faults = drawFaults(rand.New(rand.NewPCG(o.Seed, 2)), storm)
	p.kills = drawKills(rand.New(rand.NewPCG(o.Seed, 3)), o)
	p.skews = drawSkews(rand.New(rand.NewPCG(o.Seed, 4)), storm)
	p.modes = drawModes(rand.New(rand.NewPCG(o.Seed, 5)), o)
	if r := rand.New(rand.NewPCG(o.Seed, 6)); o.Storm >= time.Minute { // a window takes whole minutes
		p.window = window{time.Duration((0.1 + 0.3*r.Float64()) * float64(o.Storm)), side(r.IntN(2))}
	}
	return p
}

// drawFaults lets every kind come at least once on each system, and more often the longer the storm. Two or three of them go on
// at any time.
func drawFaults(r *rand.Rand, storm time.Duration) (all []episode) {
	rounds := max(1, int(storm/(60*time.Second)))
	for range rounds {
		for _, s := range []side{support, engineering} {
			for _, k := range faultKinds {
				length := time.Duration((0.06 + 0.12*r.Float64()) * float64(min(storm, time.Minute)))
				if k.longest > 0 {
					length = min(length, k.longest)
				}
				from := time.Duration(r.Float64() * float64(storm-length))
				all = append(all, episode{from, from + length, s, k.draw(r)})
			}
		}
	}
	return all
}

// drawKills lets every part be killed at least once, and some part about every eight seconds.
func drawKills(r *rand.Rand, o Options) (all []kill) {
	victims := slices.Clone(parts)
	if o.Store == "postgres" {
		victims = append(victims, "postgres")
	}
	for n := range max(len(victims), int(o.Storm/(8*time.Second))) {
		part := victims[n%len(victims)]
		if n >= len(victims) {
			part = victims[r.IntN(len(victims))]
		}
		from := 0.05 + 0.9*r.Float64()
		all = append(all, kill{at: time.Duration(from * float64(o.Storm)), down: time.Duration(200+r.IntN(4000)) * time.Millisecond, part: part})
	}
	slices.SortFunc(all, func(a, b kill) int { return int(a.at - b.at) })
	return all
}

// drawSkews puts each system's clock off, and ahead by some more during the storm. A vendor's clock may be wrong, but it does
// not run backwards.
func drawSkews(r *rand.Rand, storm time.Duration) (all [2][]skew) {
	for s := range all {
		shift := time.Duration(r.IntN(240)-120) * time.Second
		all[s] = append(all[s], skew{0, shift})
		for range 2 {
			shift += time.Duration(1000+r.IntN(9000)) * time.Millisecond
			all[s] = append(all[s], skew{time.Duration(r.Float64() * float64(storm)), shift})
		}
		slices.SortFunc(all[s], func(a, b skew) int { return int(a.at - b.at) })
		for i := 1; i < len(all[s]); i++ { // in the order of time, each ahead of the last
			all[s][i].shift = max(all[s][i].shift, all[s][i-1].shift)
		}
	}
	return all
}

func drawModes(r *rand.Rand, o Options) (all []mode) {
	if !o.Webhooks {
		return []mode{{0, o.Storm + time.Hour, support, "drop", 0}, {0, o.Storm + time.Hour, engineering, "drop", 0}}
	}
	for _, s := range []side{support, engineering} {
		for at := time.Duration(0); at < o.Storm; {
			length := time.Duration(3+r.IntN(9)) * time.Second
			m := mode{at, min(at+length, o.Storm), s, "normal", 0}
			switch r.IntN(6) {
			case 0:
				m.mode, m.percent = "duplicate", 50
			case 1:
				m.mode, m.percent = "reorder", 60
			case 2:
				m.mode, m.to = "pause", min(at+length/2, o.Storm)
			case 3:
				if o.Lose {
					m.mode, m.percent = "drop", 40
				}
			}
			all = append(all, m)
			at = m.to
		}
	}
	return all
}
