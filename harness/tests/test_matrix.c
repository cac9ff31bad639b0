/* The interop matrix: its tables hold together, names and rows turn into each other, what subjects lack
 * becomes a case that says so, and every pair that can meet does. */
#include "lib/matrix.h"
#include "lib/matrix_report.h"
#include "lib/step_lists.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECTS 3

static struct lab_subject subjects[SUBJECTS + 1];
static struct lab_interop matrix;

/* Three subjects: "new" has all, "old" neither epochs nor lz4, "own" is this project's and has no login.
 * A fourth is not here. */
static int set_up(void **state)
{
    static const char *const names[] = {"new-1.0", "old-1.0", "own", "absent"};
    (void)state;
    memset(&matrix, 0, sizeof matrix);
    matrix.subjects = subjects;
    matrix.subject_count = SUBJECTS;
    matrix.absent_count = 1;
    matrix.tags[0][0] = matrix.tags[1][0] = LAB_T_EPOCH | LAB_T_EKM | LAB_T_MAIN;
    matrix.tags[0][1] = matrix.tags[1][1] = LAB_T_EKM;
    matrix.tags[0][2] = matrix.tags[1][2] = LAB_T_EPOCH | LAB_T_EKM;
    matrix.in_tree[2] = true;
    for (size_t i = 0; i <= SUBJECTS; i++)
    {
        snprintf(subjects[i].name, sizeof subjects[i].name, "%s", names[i]);
        snprintf(subjects[i].version, sizeof subjects[i].version, "no such package");
        subjects[i].available = i < SUBJECTS;
    }
    lab_matrix_want_all(&matrix);
    return 0;
}

static void lacks(size_t who, const char *value, const char *feature, const char *said)
{
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        for (size_t v = 0; v < lab_matrix_factor(factor)->count; v++)
        {
            for (size_t role = 0; strcmp(lab_matrix_factor(factor)->values[v].name, value) == 0 && role < 2;
                 role++)
            {
                struct lab_lack *lack = &matrix.lacks[role][who][factor][v];
                lack->lacks = true;
                snprintf(lack->feature, sizeof lack->feature, "%s", feature);
                snprintf(lack->said, sizeof lack->said, "%s", said);
            }
        }
    }
}

static void test_names_are_unique(void **state)
{
    (void)state;
    for (size_t f = LAB_F_TRANSPORT; f < LAB_F_COUNT; f++)
    {
        const struct lab_factor *factor = lab_matrix_factor(f);
        assert_non_null(factor);
        assert_in_range(factor->count, 2, LAB_COVER_VALUES);
        for (size_t v = 0; v < factor->count; v++)
        {
            assert_null(strpbrk(factor->values[v].name, "./,|="));
            for (size_t g = LAB_F_TRANSPORT; g < LAB_F_COUNT; g++)
            {
                for (size_t w = 0; w < lab_matrix_factor(g)->count; w++)
                {
                    bool same = strcmp(factor->values[v].name, lab_matrix_factor(g)->values[w].name) == 0;
                    assert_int_equal(same, f == g && v == w);
                }
            }
        }
    }
    assert_null(lab_matrix_factor(LAB_F_COUNT));
}

static void test_rules_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; lab_matrix_rule(i) != NULL; i++)
    {
        const struct lab_rule *rule = lab_matrix_rule(i);
        assert_true(strlen(rule->reason) > 10);
        /* One term alone would forbid a value for ever. */
        assert_true((rule->terms[0].with | rule->terms[0].without) != 0);
        assert_true((rule->terms[1].with | rule->terms[1].without) != 0);
    }
}

static void test_names_and_rows(void **state)
{
    static const struct
    {
        const char *name;
        const char *said; /* NULL: it is right, and comes back as it is */
    } names[] = {
        {"new-1.0/own/usual", NULL},
        {"old-1.0/new-1.0/tcp6.tls-auth01.cbc128", NULL},
        {"own/own/gcm128.epoch.v4.rsa.mtu576", NULL},
        {"nobody/own/usual", "'nobody' is no subject here; a case is CLIENT/SERVER/VALUE.VALUE..."},
        {"own", "'own' is no subject here; a case is CLIENT/SERVER/VALUE.VALUE..."},
        {"own/own/tcp5", "no factor has a value 'tcp5'"},
        {"", "'' is no subject here; a case is CLIENT/SERVER/VALUE.VALUE..."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        struct lab_cover_row row;
        struct lab_why why = {""};
        char back[192];
        enum lab_err err = lab_matrix_row(&matrix, names[i].name, &row, &why);
        assert_int_equal(err, names[i].said == NULL ? LAB_OK : LAB_ERR_USAGE);
        if (err == LAB_OK)
        {
            lab_matrix_name(&matrix, &row, back, sizeof back);
            assert_string_equal(back, names[i].name);
        }
        else
        {
            assert_string_equal(why.text, names[i].said);
        }
    }
}

static void test_only(void **state)
{
    static const struct
    {
        const char *only;
        const char *said;
    } wrong[] = {
        {"tcp4", "--only wants factor=value, not 'tcp4'"},
        {"colour=red", "no factor 'colour' (ovlab matrix --list shows them)"},
        {"transport=tcp5", "factor transport has no value 'tcp5' here"},
    };
    struct lab_why why;
    (void)state;
    assert_int_equal(lab_matrix_only(&matrix, "transport=tcp4|udp6,client=own", &why), LAB_OK);
    assert_int_equal(matrix.wanted[LAB_F_TRANSPORT], 6);
    assert_int_equal(matrix.wanted[LAB_F_CLIENT], 4);
    assert_int_equal(matrix.wanted[LAB_F_SERVER], UINT32_MAX);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    {
        assert_int_equal(lab_matrix_only(&matrix, wrong[i].only, &why), LAB_ERR_USAGE);
        assert_string_equal(why.text, wrong[i].said);
    }
}

static const struct lab_matrix_case *find_case(const struct lab_matrix_plan *plan, const char *reason)
{
    for (size_t i = 0; i < plan->count; i++)
    {
        if (plan->cases[i].scenario.impossible != NULL && strcmp(plan->cases[i].impossible, reason) == 0)
        {
            return &plan->cases[i];
        }
    }
    return NULL;
}

static size_t value_of(size_t factor, const char *name)
{
    const struct lab_factor *at = lab_matrix_factor(factor);
    size_t value = 0;
    while (value < at->count && strcmp(at->values[value].name, name) != 0)
    {
        value++;
    }
    assert_true(value < at->count);
    return value;
}

/* A case that must be refused stands for nothing else. */
static void check_refused(const struct lab_cover_row *row)
{
    size_t refused = 0;
    size_t unusual = 0;
    for (size_t f = LAB_F_TRANSPORT; f < LAB_F_COUNT; f++)
    {
        const struct lab_value *value = &lab_matrix_factor(f)->values[row->value[f]];
        refused += (value->tags & LAB_T_REFUSED) != 0;
        assert_int_equal((value->tags & LAB_T_REFUSED) != 0, value->expect.refusal != NULL);
        unusual += row->value[f] != 0 && f != LAB_F_FORMAT && f != LAB_F_KEYS;
    }
    assert_true(refused == 0 || unusual == 1);
}

static void test_plan(void **state)
{
    struct lab_matrix_plan plan;
    struct lab_why why;
    (void)state;
    lacks(1, "epoch", "aead-epoch", "newer than 1.0");
    lacks(2, "login-file", "auth-user-pass", "not built yet");
    lacks(2, "tls13", "tls:1.3", "its TLS library is too old");
    snprintf(matrix.lacks_tool[LAB_F_TRANSPORT][value_of(LAB_F_TRANSPORT, "http-digest")],
             sizeof matrix.lacks_tool[0][0], "squid");
    assert_int_equal(lab_matrix_plan(&matrix, LAB_MATRIX_PAIRWISE, 3, &plan, &why), LAB_OK);
    assert_in_range(plan.runnable, 150, 300);
    for (size_t i = 0; i < plan.count; i++)
    {
        struct lab_cover_row row;
        const struct lab_matrix_case *item = &plan.cases[i];
        assert_int_equal(item->scenario.impossible == NULL, i < plan.runnable);
        assert_ptr_equal(item->def.scenario, &item->scenario);
        assert_ptr_equal(item->scenario.lines[0], item->lines[0]);
        assert_non_null(item->expect.proto);
        if (i < plan.runnable)
        {
            assert_int_equal(lab_matrix_row(&matrix, item->id, &row, &why), LAB_OK);
            assert_null(lab_matrix_broken_rule(&matrix, &row));
            assert_false(row.value[LAB_F_LOGIN] == 1 && (row.value[0] == 2 || row.value[1] == 2));
            check_refused(&row);
            /* "old" meets itself and "new" in no case, because neither is this project's. */
            assert_true(row.value[0] == 2 || row.value[1] == 2 || row.value[0] + row.value[1] == 0);
        }
        for (size_t k = 0; k < i; k++)
        {
            assert_string_not_equal(item->id, plan.cases[k].id);
        }
    }
    assert_non_null(find_case(&plan, "client old-1.0 lacks aead-epoch: newer than 1.0"));
    assert_non_null(find_case(&plan, LAB_GAP_MARK "server own lacks auth-user-pass: not built yet"));
    assert_non_null(find_case(&plan, "client own lacks tls:1.3: its TLS library is too old"));
    assert_non_null(find_case(&plan, "server absent is not here: no such package"));
    assert_non_null(find_case(
        &plan,
        "prf: two ends that have the exporter use it; the PRF needs a peer of 2.5 or older [WP-FLAG-001]"));
    assert_non_null(find_case(&plan, "this machine lacks squid: make packages installs it"));
    free(plan.cases);
}

static void test_full(void **state)
{
    struct lab_matrix_plan plan;
    struct lab_why why;
    (void)state;
    assert_int_equal(lab_matrix_plan(&matrix, LAB_MATRIX_FULL, 1, &plan, &why), LAB_ERR_USAGE);
    free(plan.cases);
    assert_int_equal(
        lab_matrix_only(&matrix,
                        "client=own,server=old-1.0,cipher=cbc256|gcm128,digest=sha1,compression=lz4,"
                        "topology=subnet,family=v4|v6,certificate=ec,tls=tls12,login=no-login,path=straight,"
                        "checks=ca-only,"
                        "mtu=mtu1500|mtu576,format=data-v2,control=plain|tls-crypt,transport=udp4",
                        &why),
        LAB_OK);
    assert_int_equal(lab_matrix_plan(&matrix, LAB_MATRIX_FULL, 1, &plan, &why), LAB_OK);
    assert_int_equal(plan.runnable, 2 * 2 * 3); /* two ciphers, two controls; IPv6 does not go with 576 */
    free(plan.cases);
}

static void test_one(void **state)
{
    struct lab_matrix_plan plan;
    struct lab_why why;
    (void)state;
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/old-1.0/tcp6.cbc128.sha1.tls12", &plan, &why), LAB_OK);
    assert_int_equal(plan.count, 1);
    assert_string_equal(plan.cases[0].expect.proto, "tcp6");
    assert_string_equal(plan.cases[0].expect.cipher, "AES-128-CBC");
    assert_string_equal(plan.cases[0].expect.tls, "1.2");
    assert_int_equal(plan.cases[0].scenario.exit_notify, 0);
    assert_non_null(strstr(plan.cases[0].lines[0], "cipher=AES-128-CBC\n"));
    assert_non_null(strstr(plan.cases[0].lines[1], "tls-version-max 1.2\n"));
    free(plan.cases);
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/own/tcp4.fragment1300", &plan, &why), LAB_OK);
    assert_int_equal(plan.runnable, 0);
    assert_non_null(plan.cases[0].scenario.impossible);
    free(plan.cases);
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/own/nothing", &plan, &why), LAB_ERR_USAGE);
}

/* What stands around the ends, and who tells a refusal, come from the values; a static key has nothing to renegotiate. */
static void test_around(void **state)
{
    struct lab_matrix_plan plan;
    struct lab_why why;
    (void)state;
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/old-1.0/socks-udp.pmtu1300.login-static", &plan, &why),
                     LAB_OK);
    const struct lab_around *around = &plan.cases[0].scenario.around;
    assert_string_equal(around->helper, "netns-lab/proxies/run socks-udp");
    assert_int_equal(around->helper_port, 1080);
    assert_string_equal(around->network, "netns-lab/network/small-path");
    assert_string_equal(around->manager, "netns-lab/login/manager static");
    assert_null(around->event);
    free(plan.cases);
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/old-1.0/revoked", &plan, &why), LAB_OK);
    assert_true(plan.cases[0].expect.server_refuses);
    assert_ptr_equal(plan.cases[0].def.steps, lab_refusal_steps);
    free(plan.cases);
    assert_int_equal(
        lab_matrix_plan_one(&matrix, "own/old-1.0/plain.cbc128.static-key.v4.mtu9000", &plan, &why), LAB_OK);
    assert_int_equal(plan.runnable, 1);
    assert_ptr_equal(plan.cases[0].def.steps, lab_static_steps);
    assert_null(strstr(plan.cases[0].lines[1], "reneg-"));
    assert_non_null(strstr(plan.cases[0].lines[1], "tun-mtu-max 9000\n"));
    free(plan.cases);
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/old-1.0/plain.gcm128.static-key", &plan, &why),
                     LAB_OK);
    assert_string_equal(plan.cases[0].impossible, "static key mode has no AEAD ciphers [WP-DATA-058]");
    free(plan.cases);
    assert_int_equal(lab_matrix_plan_one(&matrix, "own/old-1.0/plain.cfb256.static-key01", &plan, &why),
                     LAB_OK);
    assert_string_equal(plan.cases[0].impossible, "static key mode has no CFB and OFB ciphers [WP-DATA-058]");
    free(plan.cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_rules_are_whole),
        cmocka_unit_test_setup(test_names_and_rows, set_up),
        cmocka_unit_test_setup(test_only, set_up),
        cmocka_unit_test_setup(test_plan, set_up),
        cmocka_unit_test_setup(test_full, set_up),
        cmocka_unit_test_setup(test_one, set_up),
        cmocka_unit_test_setup(test_around, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
