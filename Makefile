# Everything a developer runs. "make" alone lists it. Nothing but Go and make has to be installed; what else is used when it
# is there (a C compiler for -race, Postgres, docker) is said where it is missing.

STATICCHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2
WORKFLOWCHECK := go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

PROGRAMS := $(notdir $(wildcard cmd/*))
FUZZTIME ?= 10m

# The race detector needs cgo, which go turns on where it finds a C compiler. SQLite's own code, C that was translated to Go, is left
# out: it runs under a lock of its own, several times faster so.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race -gcflags=modernc.org/...=-race=false)
# A Temporal server takes ten minutes to build with it on two cores, once: STANDALONE_RACE= leaves it out there.
STANDALONE_RACE ?= $(RACE)
# In CI what is optional elsewhere has to be there.
STRICT := $(if $(filter true,$(CI)),-strict)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build every program into bin/ (the first time takes minutes: the standalone contains a Temporal server)
	@mkdir -p bin
	@for p in $(PROGRAMS); do echo "build bin/$$p"; go build -o bin/$$p ./cmd/$$p || exit 1; done
	@$(MAKE) --no-print-directory bin/standalone
	@ls -lh bin | awk 'NR > 1 { print "  " $$5, "bin/" $$NF }'

# Always asked for: go itself knows what is out of date. The count shows that a long first build goes on.
.PHONY: bin/standalone
bin/standalone:
	@mkdir -p bin
	@echo "build bin/standalone (the first time takes minutes: it contains a Temporal server)"
	@{ ( cd standalone && go build -v -o ../bin/standalone ./cmd/standalone 2>&1 ); echo "ended $$?"; } | awk ' \
		/^ended [0-9]+$$/ { exit $$2 } \
		/[ :#]/ { print; next } \
		++n % 50 == 0 { print "  " n " packages compiled"; fflush() }'

# Pure code whose laws are played over 100,000 random cases: all of them without the race detector, and a tenth with it below.
PURE := -vet=off -run '^TestNoEdit|^TestMergedEdits|^TestContractOfRandomTrees|^TestLaw'

# They begin first, so that none of them runs alone at the end.
LONGEST := ./core/richtext ./workflows ./core/merge ./activities ./store

# The tests of standalone/e2e mostly wait: six of them share two cores well, and they begin first.
.PHONY: test
test: ## run the tests of both modules, with the race detector where there is a C compiler
	@test -n "$(RACE)" || echo "The tests run without the race detector: go finds no C compiler."
	@echo "The tests of standalone/ take minutes to build the first time: they contain a Temporal server."
	@go run ./internal/testreport $(STRICT) core $(PURE) -- . $(RACE) -vet=off -timeout 20m $(LONGEST) -- standalone $(STANDALONE_RACE) -vet=off -timeout 30m -parallel 6 ./e2e

CHECKS := check-format check-house check-vet check-static check-workflows check-compose

.PHONY: check $(CHECKS)
check: $(CHECKS) ## formatting, who imports whom, vet, staticcheck, workflowcheck, the compose file (-k goes on after a finding)

check-format:
	@echo "gofmt"; out=$$(gofmt -l .) && { test -z "$$out" || { echo "run gofmt -w on:"; echo "$$out"; exit 1; }; }

check-house:
	@echo "the rules of the house (internal/arch)"; go test -count=1 ./internal/arch

check-vet:
	@echo "go vet"; go vet ./...
	@echo "go vet of standalone (the first time takes minutes)"; cd standalone && go vet ./...

check-static:
	@echo "staticcheck"; go run $(STATICCHECK) ./...
	@echo "staticcheck of standalone (the first time takes minutes)"; cd standalone && go run $(STATICCHECK) ./...

check-workflows:
	@echo "workflowcheck"; go run $(WORKFLOWCHECK) -config .ci/workflowcheck.yaml ./workflows/...

check-compose:
	@if docker compose version >/dev/null 2>&1; then echo "docker compose config"; \
		POSTGRES_PASSWORD=any DUPLEX_TOKEN=any docker compose config --quiet; \
	else echo "docker compose is not here: docker-compose.yml was not checked"; fi

# The script that starts a real Redmine lies beside the checkout, like the vendors' documents.
REDMINE ?= ../shared/real-systems/redmine-up.sh

.PHONY: real
real: ## hold the emulator and the connector to a real Redmine, and sync it with the emulated Jira, killing the worker and the gateway on the way
	@test -x $(REDMINE) || test -f $(REDMINE) || { echo "$(REDMINE) is not there: set REDMINE to a script that starts a Redmine on 127.0.0.1:3000"; exit 1; }
	@set -e; found=$$(standalone/real/up.sh "$(abspath $(REDMINE))"); export $$found; \
	go test ./emulators/redmine -run '/real' -count=1 -v; go test ./connectors/rest -run TestConformanceOfARealRedmine -count=1 -timeout 30m -v; \
	cd standalone; go test ./real -run TestARealRedmine -count=1 -timeout 30m -v

.PHONY: demo
demo: ## run everything in one process with two emulated systems, and print the addresses to open
	@$(MAKE) --no-print-directory bin/standalone
	@exec bin/standalone demo

.PHONY: demo-check
demo-check: ## play a scripted scenario against the demo's systems and check the result
	@$(MAKE) --no-print-directory bin/standalone
	@exec bin/standalone demo-check

CHAOS_SECONDS  ?= 120
CHAOS_SEED     ?= 0
CHAOS_STORE    ?= both
CHAOS_ITEMS    ?= 200
CHAOS_RATE     ?= 6
CHAOS_WEBHOOKS ?= on
CHAOS_KINDS    ?=
.PHONY: chaos
chaos: ## break everything that may break while people work, and judge: CHAOS_SECONDS, CHAOS_SEED, CHAOS_STORE (sqlite, postgres, both), CHAOS_WEBHOOKS (on, off), CHAOS_ITEMS, CHAOS_RATE, CHAOS_KINDS (random, or two kinds)
	@mkdir -p bin
	@echo "build bin/chaos (the first time takes minutes: it contains a Temporal server)"
	@cd standalone && go build -o ../bin/chaos ./cmd/chaos
	@exec bin/chaos -seconds $(CHAOS_SECONDS) -seed $(CHAOS_SEED) -store $(CHAOS_STORE) -items $(CHAOS_ITEMS) -rate $(CHAOS_RATE) -webhooks $(CHAOS_WEBHOOKS) $(if $(CHAOS_KINDS),-kinds $(CHAOS_KINDS))

.PHONY: chaos-seeds
chaos-seeds: ## play every seed that ever found something
	@cd standalone && go build -o ../bin/chaos ./cmd/chaos
	@for f in standalone/chaos/testdata/seeds/*.txt; do bin/chaos $$(head -1 $$f) || exit 1; done

.PHONY: bench
bench: ## measure syncs against a bare Temporal workflow, latency, and what one edit costs: one JSON line per figure
	@cd standalone && go run ./bench

TRIALS := outage throttle poison plan backfill

.PHONY: trials
trials: ## measure every promise about outages, refusals, poisoned pairs and backfills with real processes: one JSON line each (TRIAL_FLAGS)
	@cd standalone && go build -o ../bin/trials ./cmd/trials && ../bin/trials all $(TRIAL_FLAGS)

.PHONY: $(TRIALS:%=trial-%)
$(TRIALS:%=trial-%): trial-%:
	@cd standalone && go build -o ../bin/trials ./cmd/trials && ../bin/trials $* $(TRIAL_FLAGS)

.PHONY: fuzz
fuzz: ## fuzz every parser for FUZZTIME (10m) each
	@grep -rE --include='*_test.go' '^func Fuzz[A-Za-z0-9]+' . | sed -E 's/^(.*)\/[^/]+:func (Fuzz[A-Za-z0-9]+).*/\1 \2/' | sort | \
	while read -r folder name; do \
		echo "fuzz $$folder $$name for $(FUZZTIME)"; \
		( cd $$folder && go test -run='^$$' -fuzz="^$$name$$" -fuzztime=$(FUZZTIME) . ) || exit 1; \
	done

.PHONY: clean
clean: ## remove what build made
	rm -rf bin
