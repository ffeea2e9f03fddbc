# SPDX-License-Identifier: MPL-2.0
# The tests: part of the top Makefile.
#   unit/test_*.c    Check programs, linked with the floors base to track
#   prog/*.c, *.cc   one small program per behaviour; its first comment says what is expected
#   */*.sh           scripts, which test/lib.bash helps; exit 77 = skipped, and why on stdout
# test/one describes them.
# What a test program needs beyond libzmq stands in its own source: "// zg: link -lczmq".

unit_src := $(wildcard test/unit/test_*.c)
unit_bin := $(patsubst test/unit/%.c,$(BUILD)/test/unit/%,$(unit_src))
prog_src := $(wildcard test/prog/*.c test/prog/*.cc)
prog_bin := $(patsubst test/prog/%,$(BUILD)/test/prog/%,$(basename $(prog_src)))
script_tests = $(sort $(wildcard test/load/*.sh test/life/*.sh test/abi/*.sh test/clients/*.sh \
	test/cli/*.sh test/endpoint/*.sh))
test_flags = -D_GNU_SOURCE -Isrc -Itest $(OPT) -Wall -Wextra -MMD -MP $(CFLAGS)
# What a source says it needs: // zg: link FLAGS
links = $$(sed -n 's,^.*zg: link ,,p' $< | sed 's,\*/,,')

floors_obj := $(lib_obj) $(patsubst src/%,$(BUILD)/so/%.o,$(wildcard src/track/*.c))
$(BUILD)/libfloors.a: $(floors_obj)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(floors_obj)

$(BUILD)/test/unit/%: test/unit/%.c $(BUILD)/libfloors.a
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu17 $(test_flags) -o $@ $< $(BUILD)/libfloors.a \
		$$($(PKG_CONFIG) --cflags --libs check) -lpthread -Wl,--no-as-needed -ldl $(links)

$(BUILD)/test/prog/%: test/prog/%.c
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu17 $(test_flags) -o $@ $< -lzmq -lpthread -ldl $(links)

$(BUILD)/test/prog/%: test/prog/%.cc
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -std=c++20 $(test_flags) -o $@ $< -lzmq -lpthread -ldl $(links)

# make check-embedded   the programs of prog once more, with libzmq.a linked into each of them; then
#                        each compiler and way of linking, twenty times (minutes). make check runs those
#                        of embedded_some. A system without libzmq.a has none.
# make node-modules     npm's zeromq into $(BUILD)/npm, for test/clients/node.sh; needs the network
embedded := $(BUILD)/embedded
embedded_bin := $(patsubst $(BUILD)/%,$(embedded)/%,$(prog_bin))
embedded_names := pipeline cpp_req cpp_req_fixed free_function ipc_hardened ipc_private ipc_umask \
	life_bind_jump life_fork_send life_stale_send life_stale_twin life_term_stall life_timers \
	order_free order_proxy order_queue order_strict
embedded_some := $(addprefix $(embedded)/test/prog/,$(embedded_names))
libzmq_a := $(wildcard $(shell $(CC) -print-file-name=libzmq.a))
# Debian's norm.pc names a library that is another's business.
embedded_libs = -Wl,-Bstatic -lzmq -Wl,-Bdynamic $$($(PKG_CONFIG) --static --libs libzmq | \
	tr ' ' '\n' | grep -v -x -e -lzmq -e 'libprotokit.a' | tr '\n' ' ')
embedded_links = $$(sed -n 's,^.*zg: link ,,p' $< | sed 's,\*/,,')
$(embedded)/test/prog/%: test/prog/%.c
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu17 $(test_flags) -o $@ $< $(embedded_links) \
		$(embedded_libs) -lpthread
$(embedded)/test/prog/%: test/prog/%.cc
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -std=c++20 $(test_flags) -o $@ $< $(embedded_links) \
		$(embedded_libs) -lpthread
.PHONY: check-embedded
check-embedded: all $(if $(libzmq_a),$(embedded_bin))
	$(Q)ln -sf ../libzmqguard.so ../zmqguard $(embedded)/
	$(Q)BUILD=$(abspath $(embedded)) CC='$(CC)' CXX='$(CXX)' OPT='$(OPT)' \
		test/run $(if $(TESTS),'$(TESTS)','prog/*')
	$(if $(TESTS),,$(Q)BUILD=$(abspath $(BUILD)) test/stress/embedded.sh)
.PHONY: node-modules
node-modules:
	npm install --no-fund --no-audit --prefix $(BUILD)/npm zeromq@6

# Fuzz targets: with fixed seeds in make check (test/endpoint/fuzz.sh), with libFuzzer by make fuzz.
# A compiler without sanitizers leaves them out.
fuzz_name := $(patsubst test/fuzz/%.c,%,$(wildcard test/fuzz/fuzz_*.c))
fuzz_bin := $(addprefix $(BUILD)/test/fuzz/,$(fuzz_name))
fuzz_with = $(wildcard src/base/*.c) $(addprefix src/host/,acl.c diag.c ids.c ops.c options.c \
	options_parse.c symbol_file.c zmq_classes.c zmq_symbols.c) src/model/endpoint.c
fuzz_flags = -std=gnu17 -D_GNU_SOURCE -Isrc -Itest -O1 -g -Wall -fno-sanitize-recover=all
FUZZ_SECONDS ?= 600
$(BUILD)/test/fuzz/%: test/fuzz/%.c test/fuzz/drive.c $(fuzz_with)
	$(call say,FUZZ,$@)
	-$(Q)mkdir -p $(@D) && $(CC) $(fuzz_flags) -fsanitize=address,undefined -o $@ $< \
		test/fuzz/drive.c $(fuzz_with)
# make fuzz [FUZZ_SECONDS=600]   each target for that long; needs clang
fuzz: $(addprefix fuzz-,$(fuzz_name))
fuzz-%: test/fuzz/%.c
	$(Q)mkdir -p $(BUILD)/fuzz/$* && clang $(fuzz_flags) -fsanitize=fuzzer,address,undefined \
		-o $(BUILD)/fuzz/$*/run $< $(fuzz_with)
	$(Q)cd $(BUILD)/fuzz/$* && mkdir -p corpus && ./run -max_len=4096 -timeout=10 \
		-max_total_time=$(FUZZ_SECONDS) corpus

# Programs in other languages, where there are such: a row whose program is missing says so.
bench_languages := $(BUILD)/test/bench/cpp_mutex $(BUILD)/test/bench/Pair.class \
	$(BUILD)/test/bench/pair_go $(BUILD)/test/bench/pair_glib \
	$(if $(libzmq_a),$(BUILD)/test/bench/pair_static)
$(BUILD)/test/bench/pair_glib: test/bench/languages/pair_glib.c test/bench/bench.h
	-$(Q)mkdir -p $(@D) && { ! $(PKG_CONFIG) --exists glib-2.0 || \
		$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -o $@ $< \
		$$($(PKG_CONFIG) --cflags --libs glib-2.0) -lzmq -lpthread; }
$(BUILD)/test/bench/pair_static: test/bench/pair.c test/bench/bench.h
	-$(Q)mkdir -p $(@D) && $(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -o $@ $< \
		$(embedded_libs) -lpthread
$(BUILD)/test/bench/cpp_mutex: test/bench/cpp_mutex.cc test/bench/bench.h
	-$(Q)mkdir -p $(@D) && $(CXX) -std=gnu++17 -O2 -g -Wall -Wextra -o $@ $< -lzmq -lpthread
$(BUILD)/test/bench/Pair.class: test/bench/languages/Pair.java
	-$(Q)mkdir -p $(@D) && { ! command -v javac >/dev/null || [ ! -e /usr/share/java/zmq.jar ] || \
		javac -cp /usr/share/java/zmq.jar -d $(@D) $<; }
$(BUILD)/test/bench/pair_go: test/bench/languages/pair.go
	-$(Q)mkdir -p $(@D) && { ! command -v go >/dev/null || \
		GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=1 go build -o $@ $<; }

# make check                     everything
# make check TESTS='prog/send*'  some of it, by shell pattern below test/
TESTS ?=
.PHONY: test-programs
test-programs: $(unit_bin) $(prog_bin) $(fuzz_bin) $(if $(libzmq_a),$(embedded_some))
check: all test-programs $(bench_languages)
	$(Q)BUILD=$(abspath $(BUILD)) CC='$(CC)' CXX='$(CXX)' OPT='$(OPT)' test/run $(if $(TESTS),'$(TESTS)',)

-include $(wildcard $(BUILD)/test/*/*.d)

# make bench        what the guard costs; BENCH_RUNS, BENCH_ONLY, BENCH_TOOLS: see test/bench/run
# make bench-plot   draws the last table as bench.svg
bench_bin := $(patsubst test/bench/%.c,$(BUILD)/test/bench/%,$(wildcard test/bench/*.c)) \
	$(BUILD)/test/bench/empty_zmq
bench_tsan := $(patsubst test/bench/%.c,$(BUILD)/test/bench/tsan/%,$(wildcard test/bench/*.c))
bench_cc = mkdir -p $(@D) && $(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra
$(BUILD)/test/bench/%: test/bench/%.c test/bench/bench.h
	$(Q)$(bench_cc) -o $@ $< -Wl,--as-needed -lzmq -lpthread
$(BUILD)/test/bench/empty_zmq: test/bench/empty.c
	$(Q)$(bench_cc) -DWITH_ZMQ -o $@ $< -lzmq
# Without the compiler's runtime there is nothing to compare with.
$(BUILD)/test/bench/tsan/%: test/bench/%.c test/bench/bench.h
	-$(Q)$(bench_cc) -fsanitize=thread -o $@ $< -lzmq -lpthread
bench-programs: $(bench_bin) $(bench_languages)
bench: all $(bench_bin) $(bench_languages) $(bench_tsan)
	$(Q)BUILD='$(BUILD)' test/bench/run
bench-plot:
	$(Q)BUILD='$(BUILD)' test/bench/plot bench.svg
.PHONY: bench-programs

# The system calls of 100,000 rounds in each language: minutes.
.PHONY: check-syscalls
check-syscalls: all $(bench_languages)
	ZG_ROUNDS=100000 BUILD=$(abspath $(BUILD)) GUARD=$(abspath $(BUILD))/libzmqguard.so \
		ZMQGUARD=$(abspath $(BUILD))/zmqguard CC='$(CC)' bash test/life/syscalls.sh

# make order-sweep SEEDS=1-20000   random programs against an oracle, some fifty a second. LIBZMQ: the
#                                  folder of a libzmq with draft functions, for pollers
SEEDS ?= 1-20000
.PHONY: order-sweep
order-sweep: all
	BUILD='$(BUILD)' LIBZMQ='$(LIBZMQ)' test/stress/verdicts.sh $(subst -, ,$(SEEDS))
# make order-mistakes   mistakes in the engine, and the first seed that notices each: some minutes
.PHONY: order-mistakes
order-mistakes:
	LIBZMQ='$(LIBZMQ)' test/stress/mistakes.sh

# make verdicts     what is promised of verdicts, in series: an hour. RUNS=50, 20
.PHONY: verdicts
verdicts: all
	for what in silent found twins auto; do \
		BUILD='$(BUILD)' test/stress/series.sh $$what || exit 1; done

# 10^8 handshakes of the ownership protocol, its model with three threads, 30 million hand-overs of
# sockets, and a million by signal handlers at 10 kHz: some fifteen minutes.
.PHONY: stress
stress: all
	test/stress/owner.sh 25000000
	BUILD='$(BUILD)' test/stress/handover.sh 10000000
	BUILD='$(BUILD)' test/stress/signal.sh 1000000

# 10,000 strangers in backlogs and 10,000 stolen names against harden=: minutes, as root.
.PHONY: strangers
strangers: all
	ZG_STRANGERS=10000 BUILD=$(abspath $(BUILD)) GUARD=$(abspath $(BUILD))/libzmqguard.so \
		ZMQGUARD=$(abspath $(BUILD))/zmqguard CC='$(CC)' bash test/endpoint/strangers.sh

# make soak [SCALE=0.1]   10^9 calls, 10^6 threads, findings and more: is what the guard holds flat?
# Hours on a busy machine; test/soak/run says how to run parts. Draws $(BUILD)/soak.svg.
soak_src := $(addprefix test/soak/,soak.c memory.c)
$(BUILD)/test/soak/soak: $(soak_src) test/soak/memory.h src/start/inspect.h
	$(Q)$(bench_cc) -Isrc -Itest -o $@ $(soak_src) -lzmq -lpthread -ldl
.PHONY: soak
soak: all $(BUILD)/test/soak/soak
	BUILD=$(abspath $(BUILD)) SCALE='$(SCALE)' test/soak/run

# The sanitized hosts twenty times each, instead of twice.
.PHONY: sanitizers
sanitizers: all
	ZG_RUNS=20 BUILD=$(abspath $(BUILD)) GUARD=$(abspath $(BUILD))/libzmqguard.so \
		bash test/life/sanitizers.sh
