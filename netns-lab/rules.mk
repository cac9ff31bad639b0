# How the lab's own programs are built: linkemu (the link emulator) and its probe. Nothing here sees impl/.

NETNS_INC := -I.

# What can be tried without a kernel: everything but the devices, the routes and the programs themselves.
linkemu_pure := $(filter-out %/main.c %/engine.c %/control.c %/tun.c %/steer.c %/report.c, \
	$(sort $(wildcard netns-lab/linkemu/*.c)))
linkemu_src  := $(sort $(wildcard netns-lab/linkemu/*.c))

$(plain)/netns-lab/%.o: netns-lab/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(NETNS_INC) $(NL_CFLAGS) -MMD -MP -c $< -o $@

$(san)/netns-lab/%.o: netns-lab/%.c | impl-ready
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(NETNS_INC) $(NL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/linkemu: $(call objs,$(plain),$(linkemu_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) $(NL_LIBS) -ljansson

linkprobe_src := $(sort $(wildcard netns-lab/linkprobe/*.c))
linkprobe_pure := $(filter-out %/main.c %/wire.c %/netns.c %/direction.c,$(linkprobe_src))
linkprobe_uses := $(addprefix netns-lab/linkemu/,spec.c quantity.c why.c)

$(BUILD)/linkprobe: $(call objs,$(plain),$(linkprobe_src) $(linkprobe_uses))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) -ljansson -lm

flood_src := $(sort $(wildcard netns-lab/flood/*.c)) netns-lab/linkemu/why.c

$(BUILD)/labflood: $(call objs,$(plain),$(flood_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) -lm

# The cost shim: preloaded into programs, so position independent, and only what it interposes is seen.
wincost_pure := $(addprefix netns-lab/wincost/,profile.c model.c)
wincost_src  := $(sort $(wildcard netns-lab/wincost/*.c))
$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(NETNS_INC) -fPIC -fvisibility=hidden -MMD -MP -c $< -o $@

$(BUILD)/libwincost.so: $(wincost_src:%.c=$(BUILD)/pic/%.o)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -shared $^ -o $@ $(LDFLAGS) -ldl -lpthread

-include $(wincost_src:%.c=$(BUILD)/pic/%.d)

$(BUILD)/wincost-calls: netns-lab/tests/wincost/calls.c
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $< -o $@

# The same where nothing can be preloaded.
$(BUILD)/wincost-calls-static: netns-lab/tests/wincost/calls.c
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -static $< -o $@

# The tun proxy: the shim's profiles for programs that make raw system calls.
tunproxy_pure := netns-lab/tunproxy/packets.c
tunproxy_src  := $(sort $(wildcard netns-lab/tunproxy/*.c)) netns-lab/linkemu/packet.c \
	$(addprefix netns-lab/wincost/,profile.c model.c account.c spend.c)

$(BUILD)/tunproxy: $(call objs,$(plain),$(tunproxy_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $^ -o $@ $(LDFLAGS) -lseccomp -lpthread

# Tests of the pure parts: netns-lab/tests/test_NAME.c, run with the other unit tests.
link_tests := $(patsubst netns-lab/tests/%.c,$(BUILD)/tests/%,$(wildcard netns-lab/tests/test_*.c))
$(link_tests): $(BUILD)/tests/%: $(san)/netns-lab/tests/%.o $(call objs,$(san),$(linkemu_pure) $(linkprobe_pure) $(wincost_pure) \
		$(tunproxy_pure) netns-lab/flood/kinds.c \
		$(wildcard netns-lab/tests/lib/*.c))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ -lcmocka -lm

#: make check-netem        the netem back end on a kernel that has netem, in QEMU (two minutes; .ci/install-packages netem)
.PHONY: check-netem
check-netem: $(BUILD)/linktry $(BUILD)/linkprobe
	@netns-lab/netem-vm/run $(BUILD)
