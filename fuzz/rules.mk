# Fuzz targets: each fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput over the impl core with the null
# crypto backend, or over pure parts of the link emulator and of ovlab. libFuzzer builds need clang; the corpus replay builds with any compiler.

fuzz_names   := $(patsubst fuzz/fuzz_%.c,%,$(wildcard fuzz/fuzz_*.c))
fuzz_bins    := $(fuzz_names:%=$(BUILD)/fuzz/fuzz_%)
replay_bins  := $(fuzz_names:%=$(BUILD)/fuzz/replay_%)
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 30
FUZZ_FLAGS   := -std=gnu11 -O1 -g -D_GNU_SOURCE -Iimpl -Ifuzz -I. -Iharness -fno-sanitize-recover=all

$(BUILD)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c $< -o $@

fuzz_link := $(addprefix netns-lab/linkemu/,spec.c quantity.c netem.c decisions.c decide.c packet.c slice.c sum.c icmp.c) \
             netns-lab/wincost/profile.c
fuzz_lab  := $(addprefix harness/lib/,experiment_load.c experiment_check.c experiment_expr.c experiment_schema.c experiment_names.c \
               expr.c err.c file.c profile_account.c sockets.c)
# Of the program only what neither opens nor waits for anything when it is called as the targets call it.
fuzz_edge := $(sort $(wildcard impl/manage/*.c)) impl/app/status_text.c impl/app/outer_text.c
fuzz_src  := $(core_src) $(fuzz_edge) $(null_src) $(pack_src) $(fuzz_link) $(fuzz_lab)
fuzz_core := $(fuzz_src:%.c=$(BUILD)/fuzz/obj/%.o)
$(BUILD)/fuzz/gen/backends.c:
	@mkdir -p $(@D)
	@{ printf '#include "compress/compress.h"\n#include "crypto/engine.h"\n\n'; $(call table,ov_crypto,ov_crypto_,ov_crypto_backends,null) \
	   $(call table,ov_aead_engine,ov_aead_engine_,ov_aead_engines,) \
	   $(call table,ov_compressor,ov_compressor_,ov_compressors,$(COMPRESS)) } > $@

$(fuzz_bins): $(BUILD)/fuzz/fuzz_%: fuzz/fuzz_%.c $(fuzz_core) $(BUILD)/fuzz/gen/backends.c
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined $^ -o $@ $(PACK_LIBS) -lcyaml -lm

$(replay_bins): $(BUILD)/fuzz/replay_%: fuzz/fuzz_%.c fuzz/replay.c $(BUILD)/libovsan.a $(call objs,$(san),$(fuzz_link) $(fuzz_lab))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -Iimpl -Ifuzz -I. -Iharness $^  -o $@ $(CRYPTO_LIBS) $(EDGE_LIBS) -lcyaml -lm

# For fuzz/build.sh: what every target is linked with.
.PHONY: fuzz-sources fuzz-libs
fuzz-sources: $(BUILD)/fuzz/gen/backends.c
	@printf '%s\n' $(fuzz_src) $(BUILD)/fuzz/gen/backends.c
fuzz-libs:
	@printf '%s\n' $(PACK_LIBS) -lcyaml -lm

#: make fuzz FUZZ_SECONDS=30   run every fuzz target that long
.PHONY: fuzz
fuzz: $(fuzz_bins)
	@fuzz/run $(BUILD) $(FUZZ_SECONDS)

-include $(shell find $(BUILD)/fuzz/obj -name '*.d' 2>/dev/null)
