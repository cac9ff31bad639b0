# How ovspec and its tests are built. Nothing here sees impl/ or harness/: the yardstick is its own.

SPEC_INC := -Iconformance

$(plain)/conformance/%.o: conformance/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(SPEC_INC) -MMD -MP -c $< -o $@

$(san)/conformance/%.o: conformance/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(SPEC_INC) -MMD -MP -c $< -o $@

$(BUILD)/ovspec: $(call objs,$(plain),$(ovspec_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) -lpcap -ljansson

ovprobe_src := $(sort $(wildcard conformance/ovprobe/*.c))
$(BUILD)/ovprobe: $(call objs,$(plain),$(ovprobe_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS)

spec_tests := $(patsubst conformance/tests/%.c,$(BUILD)/tests/spec_%,$(wildcard conformance/tests/test_*.c))
spec_test_lib := $(call objs,$(san),$(filter-out %/main.c,$(ovspec_src)) $(wildcard conformance/tests/lib/*.c))
$(spec_tests): $(BUILD)/tests/spec_%: $(san)/conformance/tests/%.o $(spec_test_lib)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ -lpcap -ljansson -lcmocka
