/* What records say in sentences, and figures of records in a text. */
#include "report/figures.h"
#include "report/gist.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEALTH                                                                                               \
    "\"health\":{\"seconds\":1.0,\"steal_percent\":0.0,\"foreign_cpu_percent\":0.0,\"own_cpu_percent\":9.0," \
    "\"psi_cpu_some_percent\":0.0,\"psi_io_some_percent\":0.0,\"psi_memory_some_percent\":0.0,"              \
    "\"softnet_dropped\":0,\"capture_dropped\":0}"

/* One record "mini" below a directory of its own. */
struct place
{
    char dir[64];
    char record[128];
    FILE *out;
};

static void begin(struct place *place, const char *name, const char *suite, const char *experiment)
{
    char path[192];
    snprintf(place->dir, sizeof place->dir, "/tmp/test_figures.XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->record, sizeof place->record, "%s/%s-20260102-abc1234", place->dir, name);
    assert_int_equal(mkdir(place->record, 0700), 0);
    snprintf(path, sizeof path, "%s/run.jsonl", place->record);
    place->out = fopen(path, "w");
    assert_non_null(place->out);
    fprintf(
        place->out,
        "{\"kind\":\"start\",\"run_id\":\"r\",\"suite\":\"%s\",\"started\":\"2026-01-02T03:04:05Z\",\"host\":"
        "\"h\",\"commit\":\"abc1234\",\"seed\":\"1\",\"argv\":[],\"cases\":[],\"conformance\":false,"
        "\"bulk_seconds\":1%s%s,\"schema\":1,\"t_s\":0.0}\n",
        suite, experiment[0] != '\0' ? ",\"experiment\":" : "", experiment);
}

static void put_point(struct place *place, const char *size, unsigned repeat, const char *verdict,
                      double mbps)
{
    char id[64];
    snprintf(id, sizeof id, "mini/one/size=%s/r%u", size, repeat);
    fprintf(place->out,
            "{\"kind\":\"measurement\",\"case\":\"%s\",\"name\":\"tcp_up\",\"values\":{\"goodput_mbps\":%g},"
            "\"samples\":{},\"schema\":1,\"t_s\":1.0}\n",
            id, mbps);
    fprintf(
        place->out,
        "{\"kind\":\"case\",\"case\":\"%s\",\"number\":1,\"client\":\"one\",\"server\":\"one\",\"verdict\":"
        "\"%s\",\"reason\":\"\",\"taints\":[],\"seconds\":1.0," HEALTH
        ",\"files\":{},\"cell\":{\"repeat\":%u,\"values\":{\"subject\":\"one\",\"size\":%s}},\"schema\":1,"
        "\"t_s\":2.0}\n",
        id, verdict, repeat, size);
}

static void finish(struct place *place)
{
    fputs("{\"kind\":\"end\",\"reason\":\"complete\",\"seconds\":9.0,\"verdicts\":{\"PASS\":1,\"FAIL\":0,"
          "\"UNSUPPORTED\":0,\"TAINTED\":0,\"INCONCLUSIVE\":0,\"ERROR\":0},\"exit_status\":0,\"schema\":1,"
          "\"t_s\":"
          "9.0}\n",
          place->out);
    fclose(place->out);
}

static void remove_place(struct place *place)
{
    char path[192];
    snprintf(path, sizeof path, "%s/run.jsonl", place->record);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(place->record), 0);
    assert_int_equal(rmdir(place->dir), 0);
}

static const char experiment[] =
    "{\"name\":\"mini\",\"title\":\"m\",\"seed\":\"1\",\"quick\":false,\"repeats\":3,\"axes\":[{\"key\":"
    "\"subject\","
    "\"title\":\"subject\",\"unit\":\"\",\"values\":[\"one\"]},{\"key\":\"size\",\"title\":\"size\",\"unit\":"
    "\"octets\",\"values\":[\"8k\",\"64k\",\"1M\"]}],\"columns\":[{\"title\":\"TCP "
    "up\",\"unit\":\"Mbit/s\",\"of\":"
    "\"tcp_up.goodput_mbps\"}],\"grids\":[],\"knees\":[{\"title\":\"Knee\",\"along\":\"size\",\"of\":"
    "\"tcp_up.goodput_mbps\",\"share\":0.9,\"better\":\"bigger\"}]}";

/* 8k: 10, 20, 40; 64k: 100, 200, 400, so ten times of each; 1M: disturbed. */
static void put_experiment(struct place *place)
{
    begin(place, "mini", "mini", experiment);
    for (unsigned i = 1; i <= 3; i++)
    {
        put_point(place, "8192", i, "PASS", 5.0 * (1u << i));
        put_point(place, "65536", i, "PASS", 50.0 * (1u << i));
    }
    put_point(place, "1048576", 1, "TAINTED", 7.0);
    finish(place);
}

static void slots_are_filled(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *wanted;
    } rows[] = {
        {"no slot { {", "no slot { {"},
        {"{{mini}}.", "[mini](baselines/mini-20260102-abc1234) (2026-01-02, commit abc1234)."},
        {"{{ mini | tcp_up.goodput_mbps | size == 8k }}", "20 (10 to 40)"},
        {"{{mini | tcp_up.goodput_mbps | size == 1M}}", "(disturbed: no result)"},
        {"is {{mini|tcp_up.goodput_mbps|size==64k|size==8k}}", "is x 10.0 [10.0 to 10.0]"},
        {"{{mini|tcp_up.goodput_mbps|size==64k|size==1M}}", "(disturbed: no result)"},
    };
    struct place place;
    put_experiment(&place);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char *filled = NULL;
        struct lab_why why = {.text = ""};
        assert_int_equal(lab_figures_fill(place.dir, rows[i].text, &filled, &why), LAB_OK);
        assert_string_equal(filled, rows[i].wanted);
        free(filled);
    }
    remove_place(&place);
}

static void wrong_slots_are_named(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *says;
    } rows[] = {
        {"a\nb {{mini | tcp_up.goodput_mbps", "line 2: a slot without an end"},
        {"{{maxi}}", "line 1: no record 'maxi-DATE-COMMIT'"},
        {"{{min}}", "line 1: no record 'min-DATE-COMMIT'"},
        {"{{mini | tcp_up.goodput_mbps | size == 9k}}", "'size == 9k' holds at no point"},
        {"{{mini | tcp_up.goodput_mbps | size > 0}}", "holds at more than one point"},
        {"{{mini | a | b | c | d}}", "at most 4 parts"},
        {"{{mini | goal x}}", "no goal 'x'"},
        {"{{mini | gap tcp_up}}", "no gap 'tcp_up'"},
        {"{{mini | arms x y z u}}", "no round has arms 'x y z u'"},
        {"{{mini | cliff size == 8k}}", "no bisection"},
        {"{{mini | speed}}", "'speed' is no figure"},
        {"{{mini | tcp_up.goodput_mbps | bogus == 1}}", "bogus"},
    };
    struct place place;
    put_experiment(&place);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char *filled = NULL;
        struct lab_why why = {.text = ""};
        assert_int_not_equal(lab_figures_fill(place.dir, rows[i].text, &filled, &why), LAB_OK);
        assert_null(filled);
        if (strstr(why.text, rows[i].says) == NULL)
        {
            fail_msg("'%s' says '%s', not '%s'", rows[i].text, why.text, rows[i].says);
        }
    }
    remove_place(&place);
}

/* Each prefix of a whole slot is refused or plain text, and never read past its end. */
static void a_slot_may_end_anywhere(void **state)
{
    (void)state;
    static const char whole[] = "x {{mini | tcp_up.goodput_mbps | size == 64k | size == 8k}}";
    struct place place;
    put_experiment(&place);
    for (size_t len = 0; len < sizeof whole - 1; len++)
    {
        char *text = malloc(len + 1);
        char *filled = NULL;
        struct lab_why why;
        assert_non_null(text);
        memcpy(text, whole, len);
        text[len] = '\0';
        assert_int_equal(lab_figures_fill(place.dir, text, &filled, &why) == LAB_OK, len < 4);
        free(filled);
        free(text);
    }
    remove_place(&place);
}

static bool says(const struct lab_gist *gist, const char *text)
{
    for (size_t i = 0; i < gist->count; i++)
    {
        if (strstr(gist->lines[i], text) != NULL)
        {
            return true;
        }
    }
    return false;
}

static void an_experiment_answers(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "6 of 7 points passed, 1 disturbed by the host",
        "90 % of the best TCP up along size: one from 64k on (best 200)",
        "TCP up of one, against size 8k: 64k gives x 10.0 [10.0 to 10.0].",
        "TCP up, Mbit/s, least to most: one 20.0 (size 8k) to 200 (size 64k).",
    };
    struct place place;
    struct lab_loaded loaded;
    struct lab_why why;
    struct lab_gist gist;
    put_experiment(&place);
    assert_int_equal(lab_loaded_read(place.record, &loaded, &why), LAB_OK);
    lab_gist_of(&loaded, &gist);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    {
        if (!says(&gist, wanted[i]))
        {
            fail_msg("nothing says '%s', but '%s'", wanted[i], gist.lines[i < gist.count ? i : 0]);
        }
    }
    lab_loaded_clear(&loaded);
    remove_place(&place);
}

static void goals_and_comparisons_answer(void **state)
{
    (void)state;
    static const char lines[] =
        "{\"kind\":\"measurement\",\"case\":\"goals\",\"name\":\"tcp_up: ovref / stock >= "
        "8\",\"values\":{\"ratio\":"
        "13.1,\"ratio_low\":8.65,\"ratio_high\":17.5},\"samples\":{},\"schema\":1,\"t_s\":1.0}\n"
        "{\"kind\":\"check\",\"case\":\"goals\",\"name\":\"tcp_up: ovref / stock >= "
        "8\",\"verdict\":\"PASS\",\"reason\":"
        "\"MET\",\"schema\":1,\"t_s\":1.0}\n"
        "{\"kind\":\"check\",\"case\":\"goals\",\"name\":\"rtt: ovref / stock <= "
        "1\",\"verdict\":\"FAIL\",\"reason\":"
        "\"NOT MET: ratio 2\",\"schema\":1,\"t_s\":1.0}\n";
    struct place place;
    struct lab_loaded loaded;
    struct lab_why why;
    struct lab_gist gist;
    char *filled = NULL;
    begin(&place, "perf", "perf", "");
    fputs(lines, place.out);
    finish(&place);
    assert_int_equal(lab_loaded_read(place.record, &loaded, &why), LAB_OK);
    lab_gist_of(&loaded, &gist);
    assert_true(says(&gist, "1 goals are met, 1 are not, 0 are undecided"));
    assert_true(says(&gist, "ovref / stock: TCP up x 13.1 [8.65, 17.5]."));
    assert_true(says(&gist, "rtt: ovref / stock <= 1: NOT MET: ratio 2."));
    lab_loaded_clear(&loaded);
    assert_int_equal(lab_figures_fill(place.dir, "{{perf | goal tcp_up: ovref / stock}}", &filled, &why),
                     LAB_OK);
    assert_string_equal(filled, "x 13.1 [8.65 to 17.5]");
    free(filled);
    remove_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_filled),
        cmocka_unit_test(wrong_slots_are_named),
        cmocka_unit_test(a_slot_may_end_anywhere),
        cmocka_unit_test(an_experiment_answers),
        cmocka_unit_test(goals_and_comparisons_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
