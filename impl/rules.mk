# How ovref, its core library and its tests are built. Objects with and
# without sanitizers live in separate trees, so both can be kept.

IMPL_INC := -Iimpl
plain    := $(BUILD)/obj
san      := $(BUILD)/san
objs      = $(patsubst %.c,$(1)/%.o,$(2))

$(plain)/impl/%.o: impl/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(IMPL_INC) $(NL_CFLAGS) -MMD -MP -c $< -o $@

$(san)/impl/%.o: impl/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(IMPL_INC) $(NL_CFLAGS) -MMD -MP -c $< -o $@

# The lists of backends, engines and compressors in this program are a file written from BACKENDS, ENGINES and COMPRESS.
backends_c := $(BUILD)/gen/backends.c
.PHONY: FORCE impl-ready
FORCE:
impl-ready:
	@command -v pkg-config >/dev/null || { echo "pkg-config is missing: run 'sudo make packages'"; exit 1; }

# $(call table,TYPE,PREFIX,LIST,NAMES): declarations and a NULL-terminated list of constant tables
table = for b in $(4); do printf 'extern const struct $(1) $(2)%s;\n' $$b; done; \
        printf 'const struct $(1) *const $(3)[] = {'; for b in $(4); do printf '&$(2)%s, ' $$b; done; printf 'NULL};\n';

$(backends_c): FORCE
	@mkdir -p $(@D)
	@{ printf '#include "compress/compress.h"\n#include "crypto/engine.h"\n\n'; \
	   $(call table,ov_crypto,ov_crypto_,ov_crypto_backends,$(BACKENDS)) \
	   $(call table,ov_aead_engine,ov_aead_engine_,ov_aead_engines,$(ENGINES)) \
	   $(call table,ov_compressor,ov_compressor_,ov_compressors,$(COMPRESS)) } > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# The same for tokens, which belong to the edge.
cards_c := $(BUILD)/gen/cards.c
$(cards_c): FORCE
	@mkdir -p $(@D)
	@{ printf '#include "card/card.h"\n\n'; \
	   $(call table,ov_card_driver,ov_card_,ov_card_drivers,$(CARDS)) } > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(plain)/cards.o $(san)/cards.o: $(cards_c)
$(plain)/backends.o $(san)/backends.o: $(backends_c)
$(plain)/cards.o $(san)/cards.o $(plain)/backends.o $(san)/backends.o:
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(if $(findstring $(san),$@),$(SANITIZE)) $(IMPL_INC) -c $< -o $@

$(BUILD)/libovcore.a: $(call objs,$(plain),$(core_src))
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/ovref: $(call objs,$(plain),$(edge_src) $(backend_src)) $(plain)/backends.o $(plain)/cards.o $(BUILD)/libovcore.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(CRYPTO_LIBS) $(EDGE_LIBS)

# What sets name servers where nothing else is named; ovref looks for it beside itself.
$(BUILD)/ovref: | $(BUILD)/ovref-dns-updown
$(BUILD)/ovref-dns-updown: impl/app/dns-updown
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@

# The manual page comes from the option table.
$(BUILD)/ovref.8: $(BUILD)/ovref
	$(call say,MAN,$@)
	$(Q)$< --man > $@.new && mv $@.new $@

# Unit tests: each impl/tests/test_NAME.c is one program, run under the sanitizers.
# impl/tests/lib/ holds what several tests share. A test sees every backend and the edge except main.
test_lib_src   := $(wildcard impl/tests/lib/*.c)
impl_tests     := $(patsubst impl/tests/%.c,$(BUILD)/tests/%,$(wildcard impl/tests/test_*.c))
san_core       := $(call objs,$(san),$(core_src) $(null_src) $(backend_src) $(test_lib_src)) $(san)/backends.o
san_edge       := $(call objs,$(san),$(filter-out impl/app/main.c,$(edge_src))) $(san)/cards.o

$(BUILD)/libovsan.a: $(san_core) $(san_edge)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

# The program under the sanitizers.
$(BUILD)/ovref-asan: $(san)/impl/app/main.o $(BUILD)/libovsan.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ $(CRYPTO_LIBS) $(EDGE_LIBS)

$(impl_tests): $(BUILD)/tests/%: $(san)/impl/tests/%.o $(BUILD)/libovsan.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ $(CRYPTO_LIBS) $(EDGE_LIBS) -lcmocka

# The threads of the data path, with what they use, under the thread sanitizer: a tree of its own. The null
# cipher, because a library that isn't instrumented hides what it does.
TSAN     := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
thr      := $(BUILD)/tsan
thr_src  := $(sort $(foreach f,base wire kdf replay offload compress data loop,$(wildcard impl/$(f)/*.c)) \
            $(wildcard impl/crypto/*.c impl/net/udp*.c impl/net/sock*.c) impl/app/pump.c impl/app/sender.c impl/app/shaper.c impl/app/standing.c \
            $(null_src))

$(thr)/impl/%.o: impl/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(TSAN) $(IMPL_INC) -MMD -MP -c $< -o $@

$(thr)/libthr.a: $(call objs,$(thr),$(thr_src))
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

# Only with a compiler that brings the sanitizer: impl/tests/tsan/run says so where it is missing.
tsan_tests := $(if $(wildcard $(shell $(CC) -print-file-name=libtsan.so)),$(BUILD)/tests/tsan_threads)

#: make check-threads      the data path's threads under the thread sanitizer
.PHONY: check-threads
$(BUILD)/tests/tsan_threads: $(thr)/impl/tests/tsan/threads.o $(thr)/libthr.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(TSAN) $^ -o $@ -luv

check-threads: $(tsan_tests)
	@impl/tests/tsan/run $(BUILD)

-include $(shell find $(BUILD)/obj $(BUILD)/san $(BUILD)/tsan -name '*.d' 2>/dev/null)
