/* Configurations as users bring them: of a provider, a firewall, an access server, from Windows, and from long ago.
 * Each can be used, or everything that is in the way is said at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/lib/optdoc.h"

#define PROFILES "impl/tests/data/options/profiles/"
#define MOST     65536u

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text);
    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* The file with a NUL; NULL if there is none. The caller frees it. */
static char *read_file(const char *name)
{
    char path[300];
    snprintf(path, sizeof(path), PROFILES "%s", name);
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? calloc(1, MOST) : NULL;
    if (text != NULL)
    {
        assert_true(fread(text, 1, MOST - 1, file) < MOST - 1);
        fclose(file);
    }
    return text;
}

/* Profiles are there; keys that they name are, too, whatever is in them. */
static enum ov_err load(void *ctx, const char *path, size_t max, struct ov_arena *arena, struct ov_text *out,
                        char reason[static OV_LOADER_REASON])
{
    (void)ctx;
    (void)max;
    char *text = ends_with(path, ".ovpn") ? read_file(path) : NULL;
    const bool key = ends_with(path, ".crt") || ends_with(path, ".key") || ends_with(path, ".p12");
    if (text == NULL && !key)
    {
        snprintf(reason, OV_LOADER_REASON, "No such file or directory");
        return OV_ERR_IO;
    }
    out->data = ov_arena_strdup(arena, text != NULL ? text : "PEM");
    out->len = strlen(out->data);
    free(text);
    return OV_OK;
}

static struct ov_options *check(const char *name, bool run, enum ov_err *err)
{
    const struct ov_loader loader = {.load = load};
    const char *const args[] = {run ? "--config" : "--check-config", name};
    struct ov_options *options = NULL;
    *err = ov_options_from_args(2, args, &loader, &options);
    assert_non_null(options);
    return options;
}

static const struct
{
    const char *name;
    bool usable;
} profiles[] = {
    {"provider", true}, {"firewall", true}, {"access-server", true}, {"windows", true}, {"old", false},
};

/* --check-config: what is said of each is in a file beside it. */
static void test_profiles_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
    {
        char name[80];
        enum ov_err err;
        snprintf(name, sizeof(name), "%s.ovpn", profiles[i].name);
        struct ov_options *options = check(name, false, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        snprintf(name, sizeof(name), "%s.expected", profiles[i].name);
        char *expected = read_file(name);
        if (expected == NULL || strcmp(lines, expected) != 0)
        {
            fprintf(stderr, "%s.ovpn: it is said:\n%s", profiles[i].name,
                    lines); /* longer than cmocka prints */
        }
        assert_non_null(expected);
        assert_string_equal(lines, expected);
        assert_int_equal(err, profiles[i].usable ? OV_OK : OV_ERR_OPTION);
        free(expected);
        free(lines);
        ov_options_free(options);
    }
}

/* What a few of them mean. */
static void test_profiles_are_understood(void **state)
{
    (void)state;
    enum ov_err err;
    struct ov_options *options = check("provider.ovpn", true, &err);
    const struct ov_config *c = ov_options_config(options);
    assert_non_null(c);
    assert_int_equal(c->remotes_count, 5);
    assert_true(c->remote_random && c->login.user_pass);
    assert_int_equal(c->key_direction, 1);
    ov_options_free(options);

    options = check("firewall.ovpn", true, &err);
    c = ov_options_config(options);
    assert_non_null(c);
    assert_true(c->outer.passtos);
    assert_int_equal(c->remotes[1].proto, OV_PROTO_TCP4);
    ov_options_free(options);

    options = check("access-server.ovpn", true, &err);
    c = ov_options_config(options);
    assert_non_null(c);
    assert_int_equal(c->remotes_count, 3);
    assert_int_equal(c->connect_timeout_s, 4);
    assert_true(c->pull_names);
    ov_options_free(options);

    options = check("windows.ovpn", true, &err);
    c = ov_options_config(options);
    assert_non_null(c);
    assert_int_equal(c->tunnel.routes4_count, 2);
    assert_string_equal(c->tunnel.routes4[1].name, "intranet.example.org");
    assert_null(c->tunnel.routes4[0].name);
    ov_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles_are_checked),
        cmocka_unit_test(test_profiles_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
