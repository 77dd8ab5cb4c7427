# The habits of this repository. `make` alone lists them.

export CGO_ENABLED = 0

STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
ARGS         ?= replay --rules examples/rules testdata/logs
FUZZTIME     ?=
ORACLE_CASES ?= 10000
VALUES       ?= 100000
SEED         ?=
FAULTS       ?=
DAY          ?=
CASES        ?= 10000
SCHEDULES    ?= 1000
SOCKETS      ?= 50
KILLS        ?= 200
BENCH        ?=
LAB          ?=
SOAK         ?= 2h
FLAME        ?=
COUNT        ?= 1
QUALITY      ?= -markdown docs/rule-pack.md

# What smarty-alert is compared with.
BENCH_TOOLS  = grep mawk sec gzip zstd

# The parser of logs reads what anyone may have written: it is fuzzed longest.
PARSER_FUZZ  = FuzzFraming FuzzHeader FuzzValue FuzzFile
# So are rule files: people edit them in a hurry.
RULES_FUZZ   = FuzzMutatedRules

.DEFAULT_GOAL := help
.PHONY: quality crashlab soak parity help run test test-system check check-offline staticcheck bench bench-contests bench-go flame bench-live fuzz fuzz-short values golden drawings screenshots oracle mutants mutants-short determinism delivery

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## the demo; or another command: make run ARGS='check examples/rules'
	go run ./cmd/smarty-alert $(or $(ARGS),demo)

test: ## go vet and all tests; needs only Go
	@go run ./internal/testcount ./...

test-system: ## tests that need other programs as well, `make bench` and `make crashlab` over a little
	@.ci/system-packages chromium strace python3 git prometheus-alertmanager smtpd=opensmtpd $(BENCH_TOOLS)
	@go run ./internal/testcount -count=1 -tags=system ./systemtest/...

check: check-offline staticcheck ## gofmt, go vet, import arrows, staticcheck

check-offline: ## the parts of check that need no network
	@test -z "$$(gofmt -l .)" || { echo 'not gofmt-ed:'; gofmt -l .; exit 1; }
	go vet ./...
	go vet -tags purego ./smartylog
	go test -count=1 -v ./internal/arrows

staticcheck: ## staticcheck alone (fetched, kept out of go.mod)
	go run $(STATICCHECK) ./...

bench: bench-contests bench-go ## both of these: a quarter of an hour; figures go to bench/out as well, for benchstat

bench-contests: ## whole processes over 1 GB beside grep, SEC and others; BENCH='-only Gzip -pairs 3 -markdown'
	@.ci/system-packages $(BENCH_TOOLS)
	go run ./bench $(BENCH)

bench-go: SHELL = bash
bench-go: ## the Go benchmarks, COUNT (1) times
	@mkdir -p bench/out
	set -o pipefail; go test -run '^$$' -bench . -benchmem -count $(COUNT) ./... | tee bench/out/go.txt

flame: ## draw docs/images/flame-*-after.svg: where the processor's time of a replay goes
	go run ./bench/flame $(FLAME)

bench-live: ## the service: line written to webhook received, catching up a backlog of 1 GB beside replay, idle processor time
	go run ./bench/live
	go run ./bench/live -catchup 1000000000
	go run ./bench/live -idle 60

fuzz: ## every fuzz target for FUZZTIME (4m for the parser of logs and for mutated rules, else 30s)
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			long=30s; case " $(PARSER_FUZZ) $(RULES_FUZZ) " in *" $$target "*) long=4m;; esac; \
			echo "$$target $$pkg"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(FUZZTIME),$$long) $$pkg; \
		done; \
	done

fuzz-short: ## the fuzz targets of the parser of logs for FUZZTIME (15s)
	@set -e; for target in $(PARSER_FUZZ); do \
		echo "$$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(FUZZTIME),15s) ./smartylog; \
	done

values: ## VALUES (100000) fresh values of python3, as Python 2 and 3 print them, against the parser; SEED draws them again
	@.ci/system-packages python3
	SMARTY_ALERT_VALUES=$(VALUES) SMARTY_ALERT_SEED=$(SEED) go test -count=1 -timeout 60m -tags=system -run Values -v ./systemtest

golden: ## rewrite the golden files; read the diff before you commit it
	@pkgs=$$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -r -n1 dirname | sort -u); \
	if [ -n "$$pkgs" ]; then go test -count=1 $$pkgs -update; else echo 'no package has golden files'; fi

drawings: ## draw docs/images anew, from what the engine says
	go test -count=1 ./internal/drawings -update

parity: ## the dispatcher beside Debian's Alertmanager, case by case; after a change of cases: go test -tags=parity ./notifiers/parity -run SideBySide -update
	@.ci/system-packages prometheus-alertmanager
	go test -count=1 -tags=parity -run SideBySide -v ./notifiers/parity

screenshots: ## messages, mails and the report in a browser, light and dark, wide and on a phone: docs/images anew; SHOTS=directory keeps all of them
	@.ci/system-packages chromium
	go test -count=1 -timeout 30m -tags=screenshots -run "Screenshots|InABrowser" -v ./systemtest -update $(if $(SHOTS),-shots $(abspath $(SHOTS)))

oracle: ## engine against the brute-force oracle, ORACLE_CASES (10000) cases
	SMARTY_ALERT_ORACLE_CASES=$(ORACLE_CASES) go test -count=1 -timeout 60m -run Oracle -v ./engine/...

determinism: ## CASES (10000) logs, each read in other pieces, other orders and with restarts; SEED draws them again
	SMARTY_ALERT_DETERMINISM_CASES=$(CASES) SMARTY_ALERT_DETERMINISM_SEED=$(or $(SEED),0) go test -count=1 -timeout 120m -run Determinism -v ./replay

delivery: ## messages under random faults: SCHEDULES (1000) in virtual time, SOCKETS (50) on sockets, KILLS (200) of the program; SEED draws them again
	SMARTY_ALERT_SCHEDULES=$(SCHEDULES) SMARTY_ALERT_SOCKETS=$(SOCKETS) $(if $(SEED),SMARTY_ALERT_SEED=$(SEED)) go test -count=1 -timeout 60m -run Schedules -v ./notifiers
	SMARTY_ALERT_KILLS=$(KILLS) go test -count=1 -timeout 60m -run KilledWhileSending -v ./cmd/smarty-alert

quality: ## the shipped rules over 40 days of 10,000 subscribers and 10 of 100,000, with incidents whose truth is known; QUALITY='-seed 2 -only 10k -misses', or '-markdown docs/rule-pack.md' to write the page
	go run ./quality $(QUALITY)

crashlab: ## break the running service in every way we know and count what is lost; LAB='-only kill -rounds 100' runs a part, -markdown prints docs/reliability.md
	go run ./crashlab $(LAB)

soak: ## the service at 5,000 lines a second for SOAK (2h): its memory is flat, it keeps up
	go run ./crashlab -only '^soak$$' -soak $(SOAK)

mutants: ## put faults into the code, one at a time: the tests must notice each; FAULTS=regexp picks some
	go run ./internal/mutants $(if $(FAULTS),-run '$(FAULTS)')

mutants-short: ## five of these faults, others each day; DAY=number for those of another day
	go run ./internal/mutants -short $(if $(DAY),-day $(DAY))
