# How the measuring programs are built: ovperf (tunnels side by side) and bench (units of impl/'s core).

PERF_INC := -Iharness -I. -Iimpl

perf_lab_src := $(sort $(wildcard perf/lab/*.c))

$(plain)/perf/%.o: perf/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(PERF_INC) -MMD -MP -c $< -o $@

$(san)/perf/%.o: perf/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(PERF_INC) -MMD -MP -c $< -o $@

$(BUILD)/ovperf: $(call objs,$(plain),$(perf_lab_src)) $(BUILD)/libovlab.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(LAB_LIBS)
