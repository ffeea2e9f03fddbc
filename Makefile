# SPDX-License-Identifier: MPL-2.0
# libzmqguard: make, make check, make bench, make install. See README.
#
# Variables: CC, CXX, OPT (-O2 -g), BUILD (build), WERROR=1, V=1, PREFIX, DESTDIR, CFLAGS, LDFLAGS.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
LIBDIR  ?= $(PREFIX)/lib
BINDIR  ?= $(PREFIX)/bin
INCDIR  ?= $(PREFIX)/include
MANDIR  ?= $(PREFIX)/share/man
OPT     ?= -O2 -g
PKG_CONFIG ?= pkg-config
VERSION := 0.1.0

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

warnings := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wimplicit-fallthrough $(if $(WERROR),-Werror)
machine := $(shell $(CC) -dumpmachine | cut -d- -f1)
# On aarch64 the stack protector's canary is a variable of ld.so's, which would become a second NEEDED,
# and libunwind cannot unwind signed return addresses before 1.7: none in the guard's own frames.
harden_cflags := -fstack-clash-protection \
	$(if $(filter x86_64,$(machine)),-fcf-protection=full -fstack-protector-strong) \
	$(if $(filter aarch64,$(machine)),-mbranch-protection=bti)
common := -std=gnu17 -D_GNU_SOURCE -DZG_VERSION='"$(VERSION)"' -Isrc $(warnings) $(OPT) -MMD -MP
# glibc defines some of what is interposed inline too, which clang takes for the definition.
so_cflags := $(common) -D__NO_INLINE__ -fPIC -fvisibility=hidden -fexceptions -fno-omit-frame-pointer \
	-fno-strict-aliasing -fno-plt -ftls-model=initial-exec -fno-semantic-interposition \
	$(harden_cflags) $(CFLAGS) -U_FORTIFY_SOURCE
comma := ,
exports_map := $(wildcard src/hook/exports_$(machine).map)
so_ldflags := -shared -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodelete,-z,defs \
	-Wl,--as-needed $(addprefix -Wl$(comma)--version-script=,$(exports_map)) $(LDFLAGS)

lib_floors := base host model report
lib_src := $(foreach f,$(lib_floors),$(wildcard src/$(f)/*.c))
so_src  := $(lib_src) $(foreach f,track endpoint hook start,$(wildcard src/$(f)/*.c)) $(wildcard src/hook/*_$(machine).S)
so_obj  := $(patsubst src/%,$(BUILD)/so/%.o,$(so_src))
lib_obj := $(patsubst src/%,$(BUILD)/so/%.o,$(lib_src))

cli_src := $(wildcard src/cli/*.c)
cli_obj := $(patsubst src/%,$(BUILD)/cli/%.o,$(cli_src))
cli_pkgs := libdw libelf jansson libxml-2.0
cli_lib_obj := $(patsubst src/%,$(BUILD)/cli/%.o,$(filter-out src/base/mem.c,$(wildcard src/base/*.c)) \
	$(wildcard src/host/options*.c src/host/zmq_*.c) src/host/symbol_file.c \
	$(addprefix src/report/,code.c name.c layout.c layout_stack.c) src/host/ops.c src/model/socket.c src/model/users.c)

.PHONY: all check bench bench-plot fuzz install uninstall dist deb clean format format-check lint
all: $(BUILD)/libzmqguard.so $(BUILD)/zmqguard

$(BUILD)/libzmqguard.so: $(so_obj) $(exports_map)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPT) $(CFLAGS) $(so_ldflags) -o $@ $(so_obj)

# Registers less to save: base/compiler.h, ZG_HOOK_FRAME_ADDRESS(); and gcc would keep one across the
# real call for the place of the thread's pointer. (clang has no such option.)
no_gcse := $(shell $(CC) -Werror -fno-gcse -c -x c /dev/null -o /dev/null 2>/dev/null && echo -fno-gcse)
$(BUILD)/so/hook/message.c.o: so_cflags += -fomit-frame-pointer $(no_gcse)
$(BUILD)/so/track/message.c.o: so_cflags += $(no_gcse)

# A change of flags rebuilds.
flags_now := $(CC) $(so_cflags) $(so_ldflags)
$(BUILD)/flags: force
	$(Q)mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(flags_now))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(flags_now))' > $@
.PHONY: force

$(BUILD)/so/%.c.o: src/%.c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(so_cflags) -c -o $@ $<

# The memory functions themselves: no compiler may know what they do.
$(BUILD)/so/base/mem.c.o: so_cflags += -ffreestanding

# The frame pointer that a hook notes is that of its frame, which a call in its last line would give
# up. (On x86-64 both frames have it at the same place, on aarch64 at their lower ends.)
ifeq ($(machine),aarch64)
$(BUILD)/so/hook/%.c.o: so_cflags += -fno-optimize-sibling-calls
endif

# No stack is taken in these hooks, which come by the million: they need no frame pointer.
$(BUILD)/so/hook/mutex.c.o: so_cflags += -fomit-frame-pointer

$(BUILD)/so/%.S.o: src/%.S $(BUILD)/flags
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(so_cflags) -c -o $@ $<

$(BUILD)/zmqguard: $(cli_obj) $(cli_lib_obj)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPT) $(CFLAGS) -o $@ $^ $(LDFLAGS) $$($(PKG_CONFIG) --libs $(cli_pkgs)) \
		-liberty -ldl

# Where the command looks for the library last, after its own neighbourhood.
$(BUILD)/cli/cli/preload.c.o: common += -DZG_LIBDIR='"$(LIBDIR)"'
$(BUILD)/cli/cli/preload.c.o: $(BUILD)/libdir
$(BUILD)/libdir: force
	$(Q)mkdir -p $(@D); printf '%s\n' '$(LIBDIR)' | cmp -s - $@ || printf '%s\n' '$(LIBDIR)' > $@

$(BUILD)/cli/%.c.o: src/%.c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(common) $(harden_cflags) $(CFLAGS) \
		$$($(PKG_CONFIG) --cflags $(cli_pkgs)) -c -o $@ $<

include test/tests.mk

DATADIR ?= $(PREFIX)/share
# Where what make dist, make deb and make install take besides the source lies.
packaging := scripts/packaging
# A path from one folder to another, which need not exist.
from = $(shell realpath -ms --relative-to='$(1)' '$(2)')
# What a template says between @. Places are told from the prefix, which may be moved.
cmake_dir = $(LIBDIR)/cmake/zmqguard
filled = sed -e 's,@VERSION@,$(VERSION),; s,@PREFIX@,$(PREFIX),' \
	-e 's,@UP@,$(call from,$(cmake_dir),$(PREFIX)),; s,@LIB@,$(call from,$(PREFIX),$(LIBDIR)),' \
	-e 's,@BIN@,$(call from,$(PREFIX),$(BINDIR)),; s,@INC@,$(call from,$(PREFIX),$(INCDIR)),'
installed = $(LIBDIR)/libzmqguard.so $(BINDIR)/zmqguard $(INCDIR)/zmqguard.h \
	$(MANDIR)/man1/zmqguard.1 $(MANDIR)/man7/libzmqguard.7 $(LIBDIR)/pkgconfig/zmqguard.pc \
	$(cmake_dir)/zmqguard-config.cmake $(cmake_dir)/zmqguard-config-version.cmake \
	$(DATADIR)/bash-completion/completions/zmqguard $(DATADIR)/zmqguard/zmqguard_pytest.py

install: all
	install -d $(sort $(addprefix $(DESTDIR),$(dir $(installed))))
	install -m 0755 $(BUILD)/libzmqguard.so $(DESTDIR)$(LIBDIR)/
	install -m 0755 $(BUILD)/zmqguard $(DESTDIR)$(BINDIR)/
	install -m 0644 src/zmqguard.h $(DESTDIR)$(INCDIR)/
	install -m 0644 src/cli/zmqguard.1 $(DESTDIR)$(MANDIR)/man1/
	install -m 0644 src/cli/libzmqguard.7 $(DESTDIR)$(MANDIR)/man7/
	$(filled) $(packaging)/zmqguard.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/zmqguard.pc
	for name in zmqguard-config zmqguard-config-version; do \
		$(filled) $(packaging)/$$name.cmake.in >$(DESTDIR)$(cmake_dir)/$$name.cmake || exit 1; \
	done
	install -m 0644 $(packaging)/completion.bash \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/zmqguard
	install -m 0644 src/zmqguard_pytest.py $(DESTDIR)$(DATADIR)/zmqguard/

uninstall:
	rm -f $(addprefix $(DESTDIR),$(installed))
	-rmdir $(DESTDIR)$(cmake_dir) $(DESTDIR)$(DATADIR)/zmqguard

# build/libzmqguard-VERSION.tar.gz: the source, as git has it or as it lies here.
dist_name := libzmqguard-$(VERSION)
dist:
	rm -rf $(BUILD)/$(dist_name) && mkdir -p $(BUILD)/$(dist_name)
	{ git ls-files 2>/dev/null || true; } | grep . >$(BUILD)/dist.files || \
		find . -path './build*' -prune -o -type f -print >$(BUILD)/dist.files
	tar -c -T $(BUILD)/dist.files | tar -x -C $(BUILD)/$(dist_name)
	tar -C $(BUILD) --sort=name --owner=0 --group=0 --numeric-owner -czf \
		$(BUILD)/$(dist_name).tar.gz $(dist_name)
	rm -r $(BUILD)/$(dist_name)

# Debian packages below build/deb; needs debhelper. DEBFULLNAME, DEBEMAIL: whose they are.
deb: dist
	VERSION=$(VERSION) $(packaging)/deb $(BUILD)/$(dist_name).tar.gz $(BUILD)/deb

clean:
	rm -rf $(BUILD)

c_files = $(shell find src test -name '*.c' -o -name '*.h' -o -name '*.cc')
format:
	clang-format -i $(c_files)
format-check:
	clang-format --dry-run -Werror $(c_files)

lint: format-check
	BUILD=$(BUILD) scripts/lint

-include $(so_obj:.o=.d) $(cli_obj:.o=.d) $(cli_lib_obj:.o=.d)
