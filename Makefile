# What can be done with this source. `make test` runs on a bare Debian with Go:
# it installs what the tests need (as root, or through sudo).

GO          ?= go
# How many packages are tested at a time.
JOBS        ?= 2
# How many tests run at a time in the half that is calm: they wait for the disk a
# quarter of their time.
AT_ONCE     ?= 4
# The race detector watches our code and what it calls, but for loops over bytes
# that share nothing and would take most of the time: SQLite itself, C made into
# Go, the drawing of pictures, and services of Feishu that nobody calls. Nothing
# that uses sync may be left out: the linker takes one copy of a generic function,
# and if that is the unwatched one, the detector reports races that are none.
UNWATCHED    = modernc.org/sqlite/lib modernc.org/libc image/... golang.org/x/image/math/... \
               github.com/golang/freetype/raster github.com/golang/freetype/truetype \
               github.com/larksuite/oapi-sdk-go/v3/service/...
RACE         = -race $(foreach p,$(UNWATCHED),-gcflags=$(p)='-race=false -dwarf=false')
# Packages that take the compiler twice as long with their calls inlined, and whose
# speed shows in no test.
UNHURRIED    = github.com/redis/go-redis/v9 github.com/jackc/pgx/v5/pgtype github.com/xuri/excelize/v2
# Packages in which one thing happens after the other run without it; with it runs
# the bot, in which their commands do so at once.
STEADY       = ^marketbot/(handlers/(activity|audience|chat|closing|contract|customer|daily|intake|meeting|pack|pdf|photo|picture|progress|reading|report|rulebook|sheet|staff|target|text|trip|words)|scheduler/timetable|store/internal/seal)$$
# So do the long conversations and models of the others in which nothing happens
# beside the other; with it conversations are played over PostgreSQL and Redis,
# where most goes on at once, but for those of areas in whose steps nothing does:
# what goes on around a step, the others show.
STEPS        = handover|meeting|progress|target|activity|receivable|rules|daily|report|staff|contract|damage|reading|incident
CALM_IN      = ./bot ./handlers/command ./handlers/receivable ./scheduler/outbox ./store ./store/ledger ./store/vault
CALM         = ^Test(ModelTroubles|ModelFloods|LongTextIsReadOnce|FlippedBitsAreFound|NaughtyStrings|Sentences|EveryTextIsKept|ForgedLines|Rights|RightsHold|RightsDefectsAreFound|DamagedRows|NoAnswerListsCustomers|SecretsStayInTheFile|Examples|NobodyGoneOwnsAnything|RightsOnTheWayOut|WholeYear|NothingServesUnseen|MoneyAddsUpInTheStore|OffersLoseNoWords|OffersInGroupTellNoCustomers|CustomerOfEveryWant|EveryCommandLate|TextsRestByteForByte|FirstStartGoesOn|ForgedMoneyIsDamaged|ForgedGrants|ChainFinds|NothingHidesAnUnlinkedEntry)$$|^TestScript$$/^sqlite|^TestScript$$/^postgres/^($(STEPS))
# The tests that kill, flood and starve the whole program, again and again.
STORMS       = ^Test(Crash|ToldOnce|Replicas|ReplicasClaim|RedisFaults|DatabaseRestarts|Flood|FloodOfGroups|FullDisk|StoreKilled|RekeyWhileServing)$$
# The flags of their long runs.
LONG         = -kills 200 -check-ins 1000 -messages 5000 -slots 1000 -redis-away 1m -restarts 20 -abuse 1m -histories 10000 -store-kills 50 -claimed 3000
# What each run of the tests has: vet looks at all of it by itself.
ALL          = -v -vet=off -timeout 40m
SOAK        ?= 1h
FUZZTIME    ?= 1m
BENCHTIME   ?= 1s
STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI     = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# What is compiled to be run here and thrown away needs neither what debuggers read
# nor the profile, which has everything compiled once more. Without the folder's name
# in it, what is compiled serves a copy of the source, too.
office test calm soak vet lint fuzz: export GOFLAGS += -pgo=off -trimpath -gcflags=all=-dwarf=false \
	$(foreach p,$(UNHURRIED),'-gcflags=$(p)=-dwarf=false -l') -ldflags=-w

.PHONY: build test calm soak tools vet lint bench profile fuzz docs release ops office

# build makes the program: one file, nothing to install beside it.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o marketbot ./bot

# release makes archives, packages and their sums in dist/; see .ci/release.
release:
	GO=$(GO) .ci/release

# ops looks at what only the tools of operators can tell, where they are: the
# unit, the alert rules, the sample for nginx, and a package in an empty root.
ops:
	@if command -v systemd-analyze >/dev/null; then \
		d=$$(mktemp -d); mkdir -p $$d/usr/local/bin $$d/etc/systemd/system $$d/bin $$d/usr/lib/systemd; \
		cp -r /usr/lib/systemd/system $$d/usr/lib/systemd/; \
		cp docs/marketbot.service $$d/etc/systemd/system/; \
		for f in /usr/local/bin/marketbot /bin/kill; do printf '#!/bin/sh\n' > $$d$$f; chmod +x $$d$$f; done; \
		systemd-analyze verify --root=$$d --man=no marketbot.service && echo "unit: fine"; code=$$?; rm -rf $$d; [ $$code = 0 ]; \
	else echo "no systemd-analyze" >&2; fi
	@if command -v promtool >/dev/null; then promtool check rules docs/ops/alerts.yaml; else echo "no promtool" >&2; fi
	@for deb in dist/*$$(dpkg --print-architecture 2>/dev/null)*.deb; do \
		[ -f "$$deb" ] || { echo "no package; make release makes it" >&2; continue; }; \
		d=$$(mktemp -d); dpkg-deb -x "$$deb" $$d && $$d/usr/local/bin/marketbot setup --help >/dev/null && echo "$$deb: fine"; code=$$?; rm -rf $$d; [ $$code = 0 ]; \
	done

# office has LibreOffice calculate and print every workbook that people get, and holds
# both to what the bot wrote; the pages stay in printed/, to be looked at. It is not
# part of test: LibreOffice is 400 MB to install, and takes minutes for what tests of
# package sheet tell in a second, as long as nobody changes how sheets are written.
office: tools
	@command -v soffice >/dev/null || { \
		as=""; [ "$$(id -u)" = 0 ] || as=sudo; \
		$$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends libreoffice-calc; }
	$(GO) test -tags office -v -timeout 30m -run '^TestPrinted$$' ./bot

# test is everything that must hold. A skipped test fails too. What storms the
# whole program has a time limit of its own, so that neither half of the bot's
# tests comes near to it on a slow machine. Both wait often, for servers and for
# the disk: what is calm fills the gaps, and gives way.
test: tools
	nice -n 19 $(MAKE_COMMAND) --no-print-directory calm > calm.log 2>&1 & calm=$$!; \
	$(GO) test $(RACE) $(ALL) -p $(JOBS) -skip '$(STORMS)|$(CALM)' $$($(GO) list ./... | grep -vE '$(STEADY)') > test.log 2>&1; code=$$?; \
	$(GO) test $(RACE) $(ALL) -run '$(STORMS)' ./bot >> test.log 2>&1 || code=1; \
	wait $$calm || code=1; cat calm.log >> test.log; \
	awk -f .ci/brief.awk test.log || code=1; exit $$code

# calm is what goes by a clock of its own, or by none. It takes memory for time.
calm: vet
	GOGC=400 $(GO) test $(ALL) -p $(JOBS) $$($(GO) list ./... | grep -E '$(STEADY)')
	GOGC=400 $(GO) test $(ALL) -p $(JOBS) -parallel $(AT_ONCE) -run '$(CALM)' $(CALM_IN)

# soak is what takes hours: a bot that is used for SOAK without pause, storms of
# full length, and properties over a hundred times as many histories.
soak: tools
	$(GO) test $(RACE) -v -timeout 0 -run '^TestSoak$$' ./bot -soak $(SOAK)
	$(GO) test $(RACE) -v -timeout 0 -run '$(STORMS)|^TestRightsHold$$' ./bot $(LONG)
	$(GO) test $(RACE) -v -timeout 0 -run Linearizable ./store -claims 500
	$(GO) test -v -timeout 0 ./store/upkeep -backups 100 -wrecks 1000
	$(GO) test -v -timeout 0 $$(grep -rl --include='*_test.go' 'rapid\.Check' . | xargs -n1 dirname | sort -u) -rapid.checks=10000

# vet looks for mistakes without running anything.
vet:
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# lint is stricter about style; see .golangci.yaml. Its first run compiles the
# linter, which takes minutes.
lint: vet
	$(GO) run $(GOLANGCI) run ./...

# bench prints every benchmark as one table. Floors stand beside what is
# measured against them; only their ratios mean anything.
bench: tools
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) -p 1 -timeout 30m ./... > bench.log 2>&1; \
		code=$$?; awk -f .ci/table.awk bench.log; exit $$code

# profile measures where the time of a check-in goes; the compiler makes those
# ways faster. Once in a while is enough.
profile:
	$(GO) test -trimpath -run '^$$' -bench 'CheckIn$$' -benchtime 10x -cpuprofile bot/default.pgo -o /dev/null ./bot

# fuzz gives every fuzz target a minute.
fuzz:
	@grep -rn --include='*_test.go' '^func Fuzz' . | sed -E 's|^(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' | \
	while read -r dir target; do \
		echo "== $$dir $$target"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$dir" || exit 1; \
	done

# docs rewrites the tables of the README from the code.
docs:
	$(GO) run ./bot docs

# tools installs what the tests run beside Go: a C compiler for the race
# detector, Chromium with Chinese letters for the demo's page, PostgreSQL for
# the store, Redis for several processes, poppler to read what is printed. The tests start servers of their own:
# those that Debian starts with its packages are stopped, now and at boot.
tools:
	@command -v $(GO) >/dev/null || { echo "Go is not in PATH; see https://go.dev/dl" >&2; exit 1; }
	@need=""; services=""; \
	command -v gcc >/dev/null || need="$$need gcc libc6-dev"; \
	command -v chromium >/dev/null || command -v google-chrome >/dev/null || need="$$need chromium"; \
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { need="$$need postgresql"; services="$$services postgresql"; }; \
	command -v redis-server >/dev/null || { need="$$need redis-server"; services="$$services redis-server"; }; \
	command -v pdftotext >/dev/null || need="$$need poppler-utils"; \
	ls /usr/share/fonts/truetype/wqy >/dev/null 2>&1 || need="$$need fonts-wqy-microhei"; \
	ls /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf >/dev/null 2>&1 || need="$$need fonts-noto-color-emoji"; \
	[ -n "$$need" ] || exit 0; \
	command -v apt-get >/dev/null || { echo "please install:$$need" >&2; exit 1; }; \
	as=""; [ "$$(id -u)" = 0 ] || as=sudo; \
	[ -z "$$as" ] || command -v sudo >/dev/null || { echo "please install as root: apt-get install$$need" >&2; exit 1; }; \
	echo "installing:$$need"; \
	$$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$need || exit 1; \
	for s in $$services; do \
		$$as systemctl disable -q --now $$s 2>/dev/null || $$as systemctl disable -q $$s 2>/dev/null || true; \
	done
