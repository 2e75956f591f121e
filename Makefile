# obconform: 'make' lists the targets.
BIN := bin
GO ?= go
# The version to ship, and for which machines. The README says what is in it.
VERSION := 1.0.0
TARGETS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
# How long one test binary may run.
TEST_TIMEOUT := 20m
# Tests of the command line that run the program once more for what it judges or
# prints: the race detector makes each ten times as slow, and what it can see
# there it sees in those of signals, crashes, processes, limits and outages.
NOT_RACED := ^Test(AnExcused|AnExpired|APermissive|Baseline|Canaries|Check|Diff|Doctor|EachHabit|EveryClient|EveryWay|Explain|FilesOfARun|Hostile|HowMuch|KindsOf|Matrix|MinCoverage|Neighbours|OrderDecides|Parts|Prove|Rerun|ReportsOf|Secrets|Serving|Targets|TheCommandOf|TheObserved|Waive|WhatCannot)
# More flags for the test targets, -v for one.
TESTFLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help build dist shipped conformance test race prove ledger bench growth compare interop clients browser engines dashboards pictures recipes fuzz lint fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/obconform
	$(GO) build -trimpath -o $(BIN)/obconform ./harness/cmd/obconform

dist: ## build static binaries of this commit into bin/dist, with sums and bills of materials
	sh harness/dist/build.sh $(VERSION) $(BIN)/dist $(TARGETS)

shipped: ## test what 'dist' makes of this commit: twice the same bytes, and nothing needed beside it
	$(GO) -C harness/tools build -trimpath -buildvcs=false -o ../../$(BIN)/cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	$(GO) -C harness/dist vet ./...
	CYCLONEDX=$(CURDIR)/$(BIN)/cyclonedx-gomod $(GO) -C harness/dist test -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...

conformance: build ## run the four suites against the embedded mock bank
	$(BIN)/obconform run --reports reports

test: ## test the project itself
	$(GO) test -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...

race: ## the same under the race detector, less of the command line's
	$(GO) test -count=1 -race -timeout $(TEST_TIMEOUT) $(TESTFLAGS) $$($(GO) list ./... | grep -v '/harness/cmd/obconform$$')
	$(GO) test -count=1 -race -timeout $(TEST_TIMEOUT) $(TESTFLAGS) -skip '$(NOT_RACED)' ./harness/cmd/obconform

ledger: build ## write suites/ledger.json anew: which specs test what
	$(BIN)/obconform list --ledger > suites/ledger.json

prove: build ## prove that the suites notice: null banks, named faults, mutated answers
	$(BIN)/obconform prove --reports reports

bench: build ## measure start-up, a whole run, memory and cost per exchange
	$(GO) run ./harness/cmd/bench
	$(GO) test -run '^$$' -bench . ./harness/conduct
	$(GO) -C harness/load run . -binary $(CURDIR)/$(BIN)/obconform -prism $(CURDIR)/harness/interop/node_modules/@stoplight/prism-cli/dist/index.js
	@command -v chromium >/dev/null || { echo "the HTML page is not measured: there is no chromium"; exit 0; }; \
	$(GO) -C harness/browser test -run '^$$' -bench . -benchtime 5x .

growth: build ## measure how a run grows with specs, processes and latency (a quarter of an hour)
	$(GO) run ./harness/cmd/bench -growth

compare: build $(BIN)/venom harness/compare/node_modules/.package-lock.json ## hold 'check' beside newman, Step CI, Dredd, venom and Prism (needs Node.js 20 and npm; ten minutes)
	$(GO) run ./harness/cmd/compare

harness/compare/node_modules/.package-lock.json: harness/compare/package-lock.json
	npm --prefix harness/compare ci --ignore-scripts --no-fund --no-audit

$(BIN)/venom: harness/compare/venom/go.mod
	CGO_ENABLED=0 $(GO) -C harness/compare/venom build -o $(CURDIR)/$(BIN)/venom github.com/ovh/venom/cmd/venom

clients: harness/clients/node/node_modules/.package-lock.json ## have real clients judged: Go with oauth2, Node.js with openid-client, curl (needs Node.js 20 and npm)
	$(GO) -C harness/clients/go vet ./...
	CLIENTS=required $(GO) test -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./harness/clients

harness/clients/node/node_modules/.package-lock.json: harness/clients/node/package-lock.json
	npm --prefix harness/clients/node ci --ignore-scripts --no-fund --no-audit

interop: harness/interop/node_modules/.package-lock.json ## run the suites against servers made by others (needs Node.js 20 and npm)
	INTEROP=required $(GO) test -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) -run '^TestInterop' ./harness/cmd/obconform

harness/interop/node_modules/.package-lock.json: harness/interop/package-lock.json
	npm --prefix harness/interop ci --ignore-scripts --no-fund --no-audit

browser: ## test the HTML page in headless Chromium
	$(GO) -C harness/browser vet ./...
	$(GO) -C harness/browser test -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...

engines: ## hold the job definitions that are printed against the engines' own types
	$(GO) -C harness/engines vet ./...
	$(GO) -C harness/engines test -count=1 -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...

dashboards: build harness/dashboards/node_modules/.package-lock.json ## have dashboards of others count the reports (needs Node.js 20 and npm)
	rm -rf $(BIN)/reports && mkdir -p $(BIN)/reports
	KEEP_REPORTS=$(CURDIR)/$(BIN)/reports $(GO) test -count=1 -run '^TestReportsOfEveryKindForOtherReaders$$' ./harness/report/folder
	$(BIN)/obconform run --quiet --reports $(BIN)/reports/run
	node harness/dashboards/check.mjs $(BIN)/reports/*

harness/dashboards/node_modules/.package-lock.json: harness/dashboards/package-lock.json
	npm --prefix harness/dashboards ci --ignore-scripts --no-fund --no-audit

pictures: build ## make the README's pictures anew, in headless Chromium
	$(GO) -C harness/browser run ./frontpage $(CURDIR)/$(BIN)/obconform $(CURDIR)/harness/pictures

recipes: harness/recipes/node_modules/.package-lock.json ## check CI recipes and Containerfile by schemas and linters of their systems (needs Node.js 20 and npm)
	$(GO) -C harness/tools build -o ../../$(BIN)/actionlint github.com/rhysd/actionlint/cmd/actionlint
	ACTIONLINT=$(CURDIR)/$(BIN)/actionlint node --test harness/recipes/check.test.mjs

harness/recipes/node_modules/.package-lock.json: harness/recipes/package-lock.json
	npm --prefix harness/recipes ci --ignore-scripts --no-fund --no-audit

fuzz: ## fuzz everything that reads a server's bytes, 20 s each
	sh .ci/fuzz

lint: ## format, vet, static analysis
	@test -z "$$(gofmt -l harness suites schemas)" || { gofmt -l harness suites schemas; echo "not formatted: run 'make fmt'"; exit 1; }
	$(GO) vet ./...
	$(GO) -C harness/tools build -o ../../$(BIN)/staticcheck honnef.co/go/tools/cmd/staticcheck
	$(BIN)/staticcheck ./...

fmt: ## format the code
	gofmt -w harness suites schemas

clean: ## remove what was built and reported
	rm -rf $(BIN) reports/evidence reports/*.har reports/summary.md reports/*.xml reports/*.json reports/*.html reports/detection.md
