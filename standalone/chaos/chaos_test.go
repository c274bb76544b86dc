package chaos

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// childFlag makes the test binary run as a process of a run.
const childFlag = "DUPLEX_CHAOS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childFlag) == "" {
		os.Exit(m.Run())
	}
	if err := Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestAShortRunIsClean keeps the program from rotting. What it proves is proved by long runs.
func TestAShortRunIsClean(t *testing.T) {
	t.Setenv(childFlag, "1")
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	err := Run(ctx, []string{"-seconds", "12", "-items", "12", "-rate", "3", "-seed", "7", "-store", "sqlite", "-dir", t.TempDir()}, &out, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if !strings.Contains(out.String(), `"unconverged":0`) {
		t.Errorf("no line of counts:\n%s", &out)
	}
	t.Log(out.String()[strings.LastIndex(strings.TrimSpace(out.String()), "\n")+1:])
}

// TestAShortMixedRunIsClean: the same with the hands and the judge that every kind has.
func TestAShortMixedRunIsClean(t *testing.T) {
	t.Setenv(childFlag, "1")
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	err := Run(ctx, []string{"-kinds", "random", "-seconds", "12", "-items", "8", "-rate", "2", "-seed", "7", "-store", "sqlite", "-dir", t.TempDir()}, &out, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	t.Log(out.String()[strings.LastIndex(strings.TrimSpace(out.String()), "\n")+1:])
}

// TestASeedTellsTheWholePlan: the same seed is the same storm.
func TestASeedTellsTheWholePlan(t *testing.T) {
	o := Options{Seed: 5, Storm: time.Minute, Items: 30, Rate: 4, Store: "postgres", Webhooks: true, Lose: true}
	one, two := fmt.Sprint(draw(o)), fmt.Sprint(draw(o))
	if one != two {
		t.Error("two draws of one seed differ")
	}
	o.Seed = 6
	if fmt.Sprint(draw(o)) == one {
		t.Error("another seed is the same plan")
	}
	kinds := map[string]bool{}
	for _, e := range draw(o).faults {
		kinds[e.side.String()+" "+e.fault.Kind] = true
	}
	if len(kinds) != 2*7 {
		t.Errorf("faults drawn: %v; want every kind on both systems", kinds)
	}
	victims := map[string]bool{}
	for _, k := range draw(o).kills {
		victims[k.part] = true
	}
	if len(victims) != len(parts)+1 {
		t.Errorf("killed are %v; want every part, and Postgres", victims)
	}
}

// TestKeptSeedsCanBePlayed: every seed that ever found something is kept with the flags that replay it and what it found. They
// are played by make chaos-seeds, because each takes minutes.
func TestKeptSeedsCanBePlayed(t *testing.T) {
	files, err := filepath.Glob("testdata/seeds/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds are kept: %v", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		flags, note, _ := strings.Cut(string(b), "\n")
		o, err := parse(strings.Fields(flags), os.Stderr)
		if err != nil || len(draw(o).acts) == 0 {
			t.Errorf("%s: the first line does not say how to play it: %v", f, err)
		}
		if len(strings.Fields(note)) < 10 {
			t.Errorf("%s: what it found is not said", f)
		}
	}
}
