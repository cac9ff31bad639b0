# How ovlab and its tests are built. Nothing here sees impl/.

LAB_INC := -Iharness -I.

$(plain)/harness/%.o: harness/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(LAB_INC) -MMD -MP -c $< -o $@

$(san)/harness/%.o: harness/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(LAB_INC) -MMD -MP -c $< -o $@

$(BUILD)/libovlab.a: $(call objs,$(plain),$(lab_src))
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/ovlab: $(call objs,$(plain),$(cli_src)) $(BUILD)/libovlab.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(LAB_LIBS)

lab_tests := $(patsubst harness/tests/%.c,$(BUILD)/tests/lab_%,$(wildcard harness/tests/test_*.c))
$(lab_tests): $(BUILD)/tests/lab_%: $(san)/harness/tests/%.o $(call objs,$(san),$(lab_src))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ $(LAB_LIBS) -lcmocka

# Programs under test that the harness's own tests need.
lab_fakes := $(patsubst harness/tests/fakes/%.c,$(BUILD)/fakes/%,$(wildcard harness/tests/fakes/*.c))
$(lab_fakes): $(BUILD)/fakes/%: harness/tests/fakes/%.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $< -o $@

# lib/link.h as a run uses it, for the tests of the link.
$(BUILD)/linktry: $(call objs,$(plain),harness/tests/link/linktry.c) $(BUILD)/libovlab.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(LAB_LIBS)

#: make interop            the interop matrix: every pair of values of two factors (make interop ONLY=control=plain)
#: make interop FULL=1     every combination instead; there are very many: choose with ONLY=factor=value|value,...
.PHONY: interop
interop: $(BUILD)/ovlab $(BUILD)/ovref $(BUILD)/ovspec report-assets
	@$(BUILD)/ovlab matrix $(if $(FULL),--full) $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed $(SEED))

#: make answers            results/ANSWERS.md, whose figures come from the baselines (its text: ANSWERS.in.md)
.PHONY: answers
answers: $(BUILD)/ovlab
	@$(BUILD)/ovlab figures results/ANSWERS.in.md results/ANSWERS.md

#: make check-bound        is the limit told that did bind? Ten points with one limit each, ovref and stock (three minutes)
.PHONY: check-bound
check-bound: $(BUILD)/ovlab $(BUILD)/ovref $(BUILD)/linkemu $(BUILD)/linkprobe $(BUILD)/libwincost.so
	@harness/tests/run-bound $(BUILD)

#: make report-assets      what draws the charts of `ovlab report`, from npm, once
#: make check-report       the pages of `ovlab report` in a real browser (chromium); screenshots in build/report-shots/
.PHONY: report-assets check-report
report-assets:
	@harness/report/fetch-assets $(BUILD) || test $$? = 77

check-report: $(BUILD)/ovlab
	@harness/tests/check-report $(BUILD) || test $$? = 77
