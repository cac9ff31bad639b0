# `make check`: everything that must hold before a commit lands. Each step is
# one line on the terminal and one log under build/check/; .ci/check runs them.

#: make check              all tests (about 15 minutes on two cores)
#: make check-unit         unit tests only, under the sanitizers
#: make check-structure    the checks that keep the house in shape
#: make check-lab          the lab smoke: ours against stock, both backends
.PHONY: check check-build check-unit check-structure check-lab check-mbedtls3
CHECK_JOBS ?= $(shell nproc 2>/dev/null || echo 2)

tests := $(impl_tests) $(lab_tests) $(spec_tests) $(perf_tests) $(link_tests)

check: packages peers
	@$(MAKE) --no-print-directory -j$(CHECK_JOBS) check-build
	@.ci/check $(BUILD) all

# The generation of stock OpenVPN that this release does not package, where it can be had.
.PHONY: peers
peers: packages
	@harness/subjects/lib/make-peers --wish sid

# The three ways ovref is built, and every test program.
check-build: all $(tests) $(tsan_tests) $(replay_bins) $(lab_fakes) $(BUILD)/bench $(BUILD)/ovperf $(BUILD)/linktry \
             $(BUILD)/wincost-calls $(BUILD)/wincost-calls-static
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/only-openssl BACKENDS=openssl $(BUILD)/only-openssl/ovref
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/only-mbedtls BACKENDS=mbedtls RING=none $(BUILD)/only-mbedtls/ovref

check-unit: $(tests) $(tsan_tests)
	@.ci/check $(BUILD) unit

check-structure: all
	@.ci/check $(BUILD) structure

check-lab: all $(BUILD)/linktry
	@.ci/check $(BUILD) lab

#: make check-mbedtls3     the mbedTLS backend against mbedTLS 3.x in a Debian 13 folder
check-mbedtls3:
	@.ci/check-mbedtls3

#: make check-compare      how often verdicts are wrong: simulated (1,000 each), then real tunnels (7 minutes)
#: make check-slurm        a matrix as an array of a Slurm that this starts itself
#: make check-prometheus   a real Prometheus scrapes an exported record
.PHONY: check-compare check-slurm check-prometheus
check-compare: all $(BUILD)/tests/lab_test_calibration
	@OV_TRIALS=1000 $(BUILD)/tests/lab_test_calibration
	@harness/tests/run-compare $(BUILD) all

check-slurm: all $(lab_fakes)
	@harness/tests/check-slurm $(BUILD) || test $$? = 77

check-prometheus: all
	@harness/tests/check-prometheus $(BUILD) || test $$? = 77

#: make check-endurance OV_MINUTES=5   clients that come and go at a server under the address sanitizer
.PHONY: check-endurance
check-endurance: all $(BUILD)/ovref-asan
	@netns-lab/lab-shell.sh -q -- impl/tests/lab/endurance $(BUILD)
