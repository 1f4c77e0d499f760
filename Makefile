# Vouchline. `make` alone prints this help.

# Debian's OpenCV 4.6 is older than gocv expects: a header forced into its
# sources gives it the missing names (see internal/mat). The tags leave out the
# modules that cannot be built with it. Every go command needs both.
export CGO_CXXFLAGS := -O2 -g -include $(CURDIR)/internal/mat/opencv46_compat.hpp
export GOFLAGS := -tags=gocv_specific_modules,gocv_calib3d,gocv_dnn,gocv_objdetect,gocv_photo
# Read when the libraries are loaded: one thread a process, no image bombs.
export OMP_THREAD_LIMIT := 1
export OPENCV_IO_MAX_IMAGE_PIXELS := 40000000

FUZZTIME ?= 30s
export FUZZTIME
IMAGE ?= vouchline
export IMAGE

# The packages that decide: no cgo, no service, seconds.
QUICK := $(patsubst %/,./%,$(sort $(dir $(wildcard $(addsuffix /*.go,ocr faces otp ledger pbx notify templates models kyc internal/photo)))))

.DEFAULT_GOAL := help
.PHONY: help run test quick build lint fuzz mutations weights golden generate verify models bench vuln image wipe clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## bring everything up from a bare machine (LISTEN=, LEDGER=embedded, ORDERERS=3); Ctrl-C stops it
	@scripts/run.sh

test: ## test everything, with real Fabric, PostgreSQL, SMTP and Chromium
	@scripts/test.sh

quick: ## test the pure packages, in seconds
	@CGO_ENABLED=0 go test . $(QUICK)

build: ## build bin/vouchline
	@scripts/deps.sh build run
	@scripts/build.sh

lint: ## run the linters of .golangci.yml and shellcheck
	@scripts/lint.sh

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh

mutations: ## send 10,000 spoilt photographs through the engine children
	@VOUCHLINE_MUTATIONS=10000 go test -count 1 -timeout 1h -v -run TestMutations ./cmd/vouchline

weights: ## train the second reader of OCR-B anew (ten minutes)
	@scripts/deps.sh test
	@GOFLAGS= CGO_ENABLED=0 go run ./ocr/ocrb/train -out ocr/ocrb/weights.bin

golden: ## rewrite the golden files
	@scripts/golden.sh

generate: golden ## write everything that is generated
	@go generate ./...

verify: generate ## fail when something generated is stale
	@git diff --exit-code

models: build ## check the model files; with FROM=address-or-folder fetch the missing ones
	@$(if $(FROM),bin/vouchline models fetch --from "$(FROM)" &&) bin/vouchline models verify

bench: build ## measure the pure packages and the embedded ledger; bin/vouchline bench --help has the rest
	@go test -run '^$$' -bench . -benchmem $(QUICK)
	@bin/vouchline bench ledger

vuln: ## look for known vulnerabilities
	@GOFLAGS= go -C tools/lint build -o $(CURDIR)/bin/ golang.org/x/vuln/cmd/govulncheck
	@bin/govulncheck ./...

image: ## build and test the container image (docker or buildah)
	@scripts/image.sh

wipe: ## stop the local Fabric network and delete everything under var/
	@NET=$(CURDIR)/var/fabric FABRIC_BIN=$(CURDIR)/bin/fabric deploy/fabric/network.sh wipe
	@rm -rf var

clean: ## delete what was built (not the data: see wipe)
	@rm -rf bin templates/static/built webphone/node_modules
