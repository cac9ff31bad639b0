/* Texts of impairments, decisions and devices: what is read, what is refused and with which words. */
#include "netns-lab/linkemu/control.h"
#include "netns-lab/linkemu/decisions.h"
#include "netns-lab/linkemu/devstat.h"
#include "netns-lab/linkemu/netem.h"
#include "netns-lab/linkemu/spec.h"
#include "netns-lab/tests/lib/testing.h"

#include <stdlib.h>
#include <string.h>

static const char everything[] =
    "delay=20ms jitter=2ms order=free rate=100mbit queue=64kb ecn-mark=5ms loss=1% loss-burst=0.5%,25% "
    "dup=0.1% reorder-every=100 reorder-places=64 reorder-hold=30ms reorder-time=1%,5ms corrupt=0.01% "
    "mtu=1400 icmp=no";

static void test_everything(void **state)
{
    struct emu_spec spec;
    char why[EMU_SPEC_WHY_LEN];
    (void)state;
    assert_true(emu_spec_parse(everything, &spec, why));
    assert_int_equal(spec.delay_ns, 20000000);
    assert_int_equal(spec.jitter_ns, 2000000);
    assert_true(spec.order_free);
    assert_int_equal(spec.rate_bps, 100000000);
    assert_int_equal(spec.queue_len, 64000);
    assert_int_equal(spec.queue_ns, 0);
    assert_int_equal(spec.ecn_mark_ns, 5000000);
    assert_int_equal(spec.loss_ppb, 10000000);
    assert_int_equal(spec.burst_enter_ppb, 5000000);
    assert_int_equal(spec.burst_leave_ppb, 250000000);
    assert_int_equal(spec.dup_ppb, 1000000);
    assert_int_equal(spec.hold_every, 100);
    assert_int_equal(spec.hold_places, 64);
    assert_int_equal(spec.hold_ns, 30000000);
    assert_int_equal(spec.late_ppb, 10000000);
    assert_int_equal(spec.late_ns, 5000000);
    assert_int_equal(spec.corrupt_ppb, 100000);
    assert_int_equal(spec.mtu, 1400);
    assert_true(spec.mtu_silent);
}

static const struct
{
    const char *text;
    const char *why; /* "": it is good */
} texts[] = {
    {"", ""},
    {"  \t\n", ""},
    {"delay=0.5ms", ""},
    {"delay=3600s", ""},
    {"loss=100%", ""},
    {"loss=0.0000001%", ""},
    {"rate=1.5gbit", ""},
    {"delay=1ms  loss=1%\n", ""},
    {"delay=3601s", "'delay=3601s': delay wants a time (20ms)"},
    {"delay=20", "'delay=20': delay wants a time (20ms)"},
    {"delay=", "'delay=': delay wants a time (20ms)"},
    {"delay=-1ms", "'delay=-1ms': delay wants a time (20ms)"},
    {"delay=1.ms", "'delay=1.ms': delay wants a time (20ms)"},
    {"delay=.5ms", "'delay=.5ms': delay wants a time (20ms)"},
    {"delay=1e3ms", "'delay=1e3ms': delay wants a time (20ms)"},
    {"delay=99999999999999999999ms", "'delay=99999999999999999999ms': delay wants a time (20ms)"},
    {"delay", "'delay' is no impairment"},
    {"=", "'=' is no impairment"},
    {"lag=1ms", "'lag=1ms' is no impairment"},
    {"delay=1ms delay=2ms", "'delay' is given twice"},
    {"delay=1ms jitter=2ms", "'jitter' is more than 'delay': nothing can arrive before it left"},
    {"jitter=2ms", "'jitter' needs 'delay'"},
    {"delay=1ms order=free", "'order' needs 'jitter'"},
    {"delay=2ms jitter=1ms order=any", "'order=any': order wants keep or free"},
    {"queue=50ms", "'queue' needs 'rate'"},
    {"rate=1mbit queue=50", "'queue=50': queue wants a time or a size (50ms, 64kb)"},
    {"rate=999bit", "'rate=999bit': rate wants a rate (100mbit, at least 1kbit)"},
    {"loss=101%", "'loss=101%': loss wants a share (1%)"},
    {"loss=100.1%", "'loss=100.1%': loss wants a share (1%)"},
    {"loss=0.01", "'loss=0.01': loss wants a share (1%)"},
    {"loss-burst=1%", "'loss-burst=1%': loss-burst wants two shares (0.5%,25%)"},
    {"loss-burst=1%,0%", "'loss-burst=1%,0%': loss-burst wants two shares (0.5%,25%)"},
    {"reorder-every=10", "'reorder-every' needs 'reorder-places'"},
    {"reorder-places=10", "'reorder-places' needs 'reorder-every'"},
    {"reorder-every=1 reorder-places=1",
     "'reorder-every=1': reorder-every wants a number of packets, 2 or more"},
    {"icmp=no", "'icmp' needs 'mtu'"},
    {"mtu=67", "'mtu=67': mtu wants 68 to 65535"},
    {"reorder-time=1%", "'reorder-time=1%': reorder-time wants a share and a time (1%,5ms)"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        struct emu_spec spec;
        char why[EMU_SPEC_WHY_LEN];
        bool good = emu_spec_parse(texts[i].text, &spec, why);
        if (good != (texts[i].why[0] == '\0') || strcmp(why, texts[i].why) != 0)
        {
            fail_msg("'%s': %d '%s', not '%s'", texts[i].text, good, why, texts[i].why);
        }
    }
    char *longer = malloc(EMU_SPEC_TEXT + 1);
    struct emu_spec spec;
    char why[EMU_SPEC_WHY_LEN];
    memset(longer, ' ', EMU_SPEC_TEXT);
    longer[EMU_SPEC_TEXT] = '\0';
    assert_false(emu_spec_parse(longer, &spec, why));
    assert_string_equal(why, "longer than 511 octets");
    free(longer);
}

/* Cut at every place: it is either a spec of its own or refused with a sentence. */
static void test_truncation(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof everything; len++)
    {
        struct emu_spec spec;
        char why[EMU_SPEC_WHY_LEN];
        char *copy = malloc(len + 1);
        memcpy(copy, everything, len);
        copy[len] = '\0';
        bool good = emu_spec_parse(copy, &spec, why);
        free(copy);
        assert_int_equal(good, why[0] == '\0');
    }
}

static const char decisions[] =
    "# by hand\nup 17 loss\ndown 3 corrupt 4294967295\n\nup 5 hold 64\nup 5 dup\ndown 9 late 5000";

static void test_decisions(void **state)
{
    struct emu_decisions lists[2];
    char why[EMU_SPEC_WHY_LEN];
    char line[EMU_DECISION_LEN];
    (void)state;
    assert_true(emu_decisions_read(decisions, sizeof decisions - 1, lists, why));
    assert_int_equal(lists[0].count, 3);
    assert_int_equal(lists[0].items[0].index, 5);
    assert_int_equal(lists[0].items[0].kind, EMU_DUP);
    assert_int_equal(lists[0].items[1].value, 64);
    assert_int_equal(lists[0].items[2].index, 17);
    assert_int_equal(lists[1].count, 2);
    size_t len = emu_decision_write(line, 1, &lists[1].items[0]);
    assert_string_equal(line, "down 3 corrupt 4294967295\n");
    assert_int_equal(len, strlen(line));
    free(lists[0].items);
    free(lists[1].items);
}

static const struct
{
    const char *text;
    const char *why;
} bad_decisions[] = {
    {"left 1 loss", "line 1 is no decision"},
    {"up 1 loss\nup 2", "line 2 is no decision"},
    {"up 1 loss 5", "line 1 is no decision"},
    {"up 1 hold", "line 1 is no decision"},
    {"up 1 hold 0", "line 1 is no decision"},
    {"up 1 corrupt 4294967296", "line 1 is no decision"},
    {"up 99999999999999999999 loss", "line 1 is no decision"},
    {"up -1 loss", "line 1 is no decision"},
    {"up  1 loss", "line 1 is no decision"},
    {"up 1 loss more and more", "line 1 is no decision"},
    {"up 1 lost", "line 1 is no decision"},
};

static void test_bad_decisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_decisions / sizeof bad_decisions[0]; i++)
    {
        struct emu_decisions lists[2];
        char why[EMU_SPEC_WHY_LEN] = "";
        if (emu_decisions_read(bad_decisions[i].text, strlen(bad_decisions[i].text), lists, why) ||
            strcmp(why, bad_decisions[i].why) != 0)
        {
            fail_msg("'%s': '%s'", bad_decisions[i].text, why);
        }
        assert_null(lists[0].items);
    }
    for (size_t len = 0; len < sizeof decisions; len++)
    {
        struct emu_decisions lists[2];
        char why[EMU_SPEC_WHY_LEN] = "";
        char *copy = malloc(len + 1);
        memcpy(copy, decisions, len);
        bool good = emu_decisions_read(copy, len, lists, why);
        assert_int_equal(good, why[0] == '\0');
        free(lists[0].items);
        free(lists[1].items);
        free(copy);
    }
}

static const struct
{
    const char *spec;
    const char *words; /* NULL: refused */
    const char *why;
} netem[] = {
    {"", "limit 100000", ""},
    {"delay=20ms", "limit 100000 delay 20000.000us", ""},
    {"delay=20ms jitter=2ms order=free", "limit 100000 delay 20000.000us 2000.000us", ""},
    {"loss=1% dup=0.1% corrupt=2%", "limit 100000 loss random 1% duplicate 0.1% corrupt 2%", ""},
    {"loss-burst=0.5%,25%", "limit 100000 loss gemodel 0.5% 25%", ""},
    {"rate=100mbit queue=50ms", "limit 408 rate 100000000bit 24", ""},
    {"delay=2ms jitter=1ms", NULL, "netem cannot do jitter with order=keep (netem's jitter reorders)"},
    {"reorder-every=2 reorder-places=1", NULL, "netem cannot do reorder-every (netem knows no places)"},
    {"rate=1mbit queue=64kb", NULL, "netem cannot do queue in octets (netem's queue counts packets)"},
    {"mtu=1400", NULL, "netem cannot do mtu"},
    {"loss=1% loss-burst=1%,1%", NULL, "netem cannot do loss together with loss-burst"},
};

static void test_netem(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof netem / sizeof netem[0]; i++)
    {
        struct emu_spec spec;
        char why[EMU_SPEC_WHY_LEN];
        char words[EMU_NETEM_LEN];
        assert_true(emu_spec_parse(netem[i].spec, &spec, why));
        bool able = emu_netem_words(words, &spec, why);
        assert_string_equal(able ? words : why, able ? netem[i].words : netem[i].why);
    }
}

static void test_devices(void **state)
{
    static const char text[] =
        "Inter-|   Receive  |  Transmit\n face |bytes    packets errs drop fifo\n"
        "    lo:     100       1    0    9    0     0          0         0      100 1 0 0 0 0 0 0\n"
        "emu-up:     100       1    0    2    0     0          0         0      100 1 0 7 0 0 0 0\n";
    struct emu_devstat stat = {1, 1};
    (void)state;
    emu_devstat_add(&stat, text, "emu-up");
    assert_int_equal(stat.rx_dropped, 3);
    assert_int_equal(stat.tx_dropped, 8);
    emu_devstat_add(&stat, text, "emu");
    assert_int_equal(stat.rx_dropped, 3);
}

static const struct
{
    const char *text;
    bool good;
    struct emu_command command;
} commands[] = {
    {"report", true, {EMU_TELL_REPORT, {false, false}, 0, false, false}},
    {"reset\n", true, {EMU_TELL_RESET, {false, false}, 0, false, false}},
    {"blackhole up 500ms", true, {EMU_TELL_BLACKHOLE, {true, false}, 500000000, false, false}},
    {"blackhole both 2s\n", true, {EMU_TELL_BLACKHOLE, {true, true}, 2000000000, false, false}},
    {"", false, {0}},
    {"\n", false, {0}},
    {"report now", false, {0}},
    {"rebind port", true, {EMU_TELL_REBIND, {false, false}, 0, true, false}},
    {"rebind address\n", true, {EMU_TELL_REBIND, {false, false}, 0, false, true}},
    {"rebind both", true, {EMU_TELL_REBIND, {false, false}, 0, true, true}},
    {"rebind", false, {0}},
    {"rebind wire", false, {0}},
    {"rebind port now", false, {0}},
    {"blackhole", false, {0}},
    {"blackhole both", false, {0}},
    {"blackhole left 2s", false, {0}},
    {"blackhole both 2", false, {0}},
    {"blackhole both 2s more", false, {0}},
};

static void test_commands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    {
        struct emu_command command;
        struct emu_why why;
        size_t len = strlen(commands[i].text);
        char *copy = malloc(len + 1);
        memcpy(copy, commands[i].text, len);
        assert_int_equal(emu_command_read(copy, len, &command, &why), commands[i].good);
        if (commands[i].good)
        {
            assert_int_equal(command.verb, commands[i].command.verb);
            assert_memory_equal(command.ways, commands[i].command.ways, sizeof command.ways);
            assert_int_equal(command.ns, commands[i].command.ns);
            assert_int_equal(command.ports, commands[i].command.ports);
            assert_int_equal(command.addresses, commands[i].command.addresses);
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),    cmocka_unit_test(test_texts),
        cmocka_unit_test(test_truncation),    cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_bad_decisions), cmocka_unit_test(test_netem),
        cmocka_unit_test(test_devices),       cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
