# sluice: `make help` lists the targets.
GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -s -w -X main.version=$(VERSION)
FUZZTIME ?= 5000x
BIN      := bin/sluice

export CGO_ENABLED = 0

.DEFAULT_GOAL := help
.PHONY: help build demo test check bench fuzz lint update cross

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the binary: bin/sluice
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/sluice

demo: build ## gate one good and one bad candidate on the embedded universe, offline
	@$(BIN) demo

test: ## run all tests
	$(GO) test $(TESTFLAGS) ./...

check: ## everything that CI does
	@bash .ci/run

bench: build ## measure: packages, then the whole process against pip and uv
	@bash .ci/bench

fuzz: ## run every fuzz target for FUZZTIME (default 5000x: inputs)
	@FUZZTIME=$(FUZZTIME) bash .ci/fuzz

lint: ## vet, staticcheck, gofmt, go mod tidy
	@bash .ci/lint

update: ## rewrite the golden files of the tests
	$(GO) test ./cmd/sluice -run TestScripts -update

cross: ## build for the other platforms
	@for target in linux/amd64 linux/arm64 darwin/arm64 darwin/amd64 windows/amd64; do \
		echo "build $$target"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build -o /dev/null ./cmd/sluice || exit 1; \
	done
