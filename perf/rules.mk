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

# The benchmarks use the tests' helpers (packets, ends, certificates), so they link cmocka too.
perf_bench_src := $(sort $(wildcard perf/bench/*.c))
perf_bench_lib := $(filter $(addprefix impl/tests/lib/,ends.c octets.c flow_model.c tlspair.c testpki%.c),$(test_lib_src))

$(BUILD)/bench: $(call objs,$(plain),$(perf_bench_src) $(perf_bench_lib) $(null_src) $(backend_src)) \
		$(plain)/backends.o $(BUILD)/libovcore.a $(BUILD)/libovlab.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(CRYPTO_LIBS) $(LAB_LIBS) -lcmocka

perf_tests := $(patsubst perf/tests/%.c,$(BUILD)/tests/perf_%,$(wildcard perf/tests/test_*.c))
$(perf_tests): $(BUILD)/tests/perf_%: $(san)/perf/tests/%.o $(call objs,$(san),perf/lab/judge.c perf/lab/plan.c perf/lab/report_text.c) \
		$(call objs,$(san),$(lab_src))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ $(LAB_LIBS) -lcmocka

#: make perf               tunnels side by side, under 15 minutes (PERF=quick: under 3)
#: make bench              what one call of each unit costs, in nanoseconds
#: make bench-count        the same in instructions (valgrind)
#: make check-budgets      instructions against perf/budgets.txt
#: make lab-peers          folders of other Debian releases, for the subjects that need them
.PHONY: perf bench bench-count check-budgets lab-peers
perf: $(BUILD)/ovperf $(BUILD)/ovref
	@$(BUILD)/ovperf run $(if $(filter quick,$(PERF)),--quick)

bench: $(BUILD)/bench
	@$(BUILD)/bench $(UNITS)

bench-count: $(BUILD)/bench
	@perf/budgets count $(BUILD)/bench $(UNITS)

check-budgets: $(BUILD)/bench
	@perf/budgets selftest $(BUILD)/bench
	@perf/budgets check $(BUILD)/bench

lab-peers:
	@harness/subjects/lib/make-peers
