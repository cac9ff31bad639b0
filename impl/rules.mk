# How ovref, its core library and its tests are built. Objects with and
# without sanitizers live in separate trees, so both can be kept.

IMPL_INC := -Iimpl
plain    := $(BUILD)/obj
san      := $(BUILD)/san
objs      = $(patsubst %.c,$(1)/%.o,$(2))

$(plain)/impl/%.o: impl/%.c | impl-ready
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(IMPL_INC) $(NL_CFLAGS) -MMD -MP -c $< -o $@

$(san)/impl/%.o: impl/%.c | impl-ready
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(IMPL_INC) $(NL_CFLAGS) -MMD -MP -c $< -o $@

# The list of backends in this program is a file written from BACKENDS.
backends_c := $(BUILD)/gen/backends.c
.PHONY: FORCE impl-ready
FORCE:
impl-ready:
	@command -v pkg-config >/dev/null || { echo "pkg-config is missing: run 'sudo make packages'"; exit 1; }

$(backends_c): FORCE
	@mkdir -p $(@D)
	@{ printf '#include "crypto/crypto.h"\n\n'; \
	   for b in $(BACKENDS); do printf 'extern const struct ov_crypto ov_crypto_%s;\n' $$b; done; \
	   printf '\nconst struct ov_crypto *const ov_crypto_backends[] = {'; \
	   for b in $(BACKENDS); do printf '&ov_crypto_%s, ' $$b; done; printf 'NULL};\n'; } > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(plain)/backends.o $(san)/backends.o: $(backends_c)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(if $(findstring $(san),$@),$(SANITIZE)) $(IMPL_INC) -c $< -o $@

$(BUILD)/libovcore.a: $(call objs,$(plain),$(core_src))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/ovref: $(call objs,$(plain),$(edge_src) $(backend_src)) $(plain)/backends.o $(BUILD)/libovcore.a
	$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(CRYPTO_LIBS) $(EDGE_LIBS)

# Unit tests: each impl/tests/test_NAME.c is one program, run under the sanitizers.
# impl/tests/lib/ holds what several tests share. A test sees every backend and the edge except main.
test_lib_src   := $(wildcard impl/tests/lib/*.c)
impl_tests     := $(patsubst impl/tests/%.c,$(BUILD)/tests/%,$(wildcard impl/tests/test_*.c))
san_core       := $(call objs,$(san),$(core_src) $(null_src) $(backend_src) $(test_lib_src)) $(san)/backends.o
san_edge       := $(call objs,$(san),$(filter-out impl/app/%,$(edge_src)))

$(BUILD)/libovsan.a: $(san_core) $(san_edge)
	@rm -f $@
	$(AR) rcs $@ $^

$(impl_tests): $(BUILD)/tests/%: $(san)/impl/tests/%.o $(BUILD)/libovsan.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) $^ -o $@ $(CRYPTO_LIBS) $(EDGE_LIBS) -lcmocka

-include $(shell find $(BUILD)/obj $(BUILD)/san -name '*.d' 2>/dev/null)
