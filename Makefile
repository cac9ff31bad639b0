# ovref and ovlab. `make help` lists what can be made.
# Sources are found by wildcard: a new .c file in a module's folder is part of that module.

BUILD    ?= build
BACKENDS ?= openssl mbedtls
# Faster data channel ciphers beside the TLS library's own, where they are installed.
ENGINES  ?= $(if $(wildcard /usr/include/intel-ipsec-mb.h),ipsecmb)
# Compression of data packets, with the libraries that are installed.
COMPRESS ?= $(if $(wildcard /usr/include/lz4.h),lz4) $(if $(wildcard /usr/include/lzo/lzo1x.h),lzo)
# Several packets of the tun device in one call, where liburing is installed; `make RING=none` goes without.
RING     ?= $(if $(wildcard /usr/include/liburing.h),uring,none)
CC       ?= gcc
OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Werror
override CFLAGS += -std=gnu11 $(OPT) $(WARN) -D_GNU_SOURCE -fno-strict-aliasing -fstack-protector-strong
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# A short line for each command; `make V=1` shows the commands themselves.
Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-5s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$(2)))

CORE_FLOORS := base wire kdf compress replay reliable wrap options offload proxy tls data session hub
EDGE_FLOORS := net tun loop manage app
LIBS_openssl := -lssl -lcrypto
LIBS_mbedtls := -lmbedtls -lmbedx509 -lmbedcrypto
NL_CFLAGS := $(shell pkg-config --cflags libnl-route-3.0 2>/dev/null)
NL_LIBS   := $(shell pkg-config --libs libnl-route-3.0 2>/dev/null)
LIBS_ipsecmb := -lIPSec_MB
LIBS_lz4    := -llz4
LIBS_lzo    := -llzo2
LIBS_uring  := -luring
PACK_LIBS   := $(foreach b,$(COMPRESS),$(LIBS_$(b)))
CRYPTO_LIBS := $(foreach b,$(BACKENDS) $(ENGINES),$(LIBS_$(b))) $(PACK_LIBS)
EDGE_LIBS   := -luv $(NL_LIBS) -lcap-ng -ljansson $(LIBS_$(RING))
LAB_LIBS    := -luv -ljansson -lcyaml -lpcap -lm

core_src    := $(sort $(foreach f,$(CORE_FLOORS),$(wildcard impl/$(f)/*.c)) $(wildcard impl/crypto/*.c))
null_src    := $(wildcard impl/crypto/null/*.c)
pack_src    := $(sort $(foreach b,$(COMPRESS),$(wildcard impl/compress/$(b)/*.c)))
backend_src := $(sort $(foreach b,$(BACKENDS) $(ENGINES),$(wildcard impl/crypto/$(b)/*.c))) $(pack_src)
edge_src    := $(sort $(foreach f,$(EDGE_FLOORS),$(wildcard impl/$(f)/*.c))) impl/tun/ring/$(RING).c
lab_src     := $(sort $(wildcard harness/lib/*.c harness/report/*.c)) \
               $(addprefix netns-lab/linkemu/,spec.c quantity.c netem.c) netns-lab/wincost/profile.c
cli_src     := $(sort $(wildcard harness/cli/*.c))
ovspec_src  := $(sort $(wildcard conformance/ovspec/*.c))

include impl/rules.mk harness/rules.mk conformance/rules.mk fuzz/rules.mk perf/rules.mk netns-lab/rules.mk

.DEFAULT_GOAL := all
.PHONY: all help clean packages lab-run doctor
all: $(BUILD)/ovref $(BUILD)/ovref.8 $(BUILD)/ovlab $(BUILD)/ovspec $(BUILD)/ovprobe $(BUILD)/linkemu \
     $(BUILD)/linkprobe $(BUILD)/labflood $(BUILD)/libwincost.so $(BUILD)/tunproxy

include .ci/check.mk

help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

#: make                    build ovref, ovlab and ovspec into build/
#: make BACKENDS=openssl   ovref against one TLS library only (openssl, mbedtls)
#: make packages           install what is missing, one line a package
#: sudo make lab-run       everything: packages, build, the quick suite in a private lab
#: make doctor             what this machine lacks, and the command that mends it
packages:
	@.ci/install-packages

lab-run:
	@.ci/install-packages lab
	@$(MAKE) --no-print-directory all report-assets
	@$(BUILD)/ovlab run quick

doctor: $(BUILD)/ovlab
	@$(BUILD)/ovlab doctor

#: make install            ovref and its manual page into $(DESTDIR)$(PREFIX)
PREFIX ?= /usr/local
.PHONY: install
install: $(BUILD)/ovref $(BUILD)/ovref.8
	install -D -m 755 $(BUILD)/ovref $(DESTDIR)$(PREFIX)/sbin/ovref
	install -D -m 644 $(BUILD)/ovref.8 $(DESTDIR)$(PREFIX)/share/man/man8/ovref.8

clean:
	rm -rf $(BUILD)
