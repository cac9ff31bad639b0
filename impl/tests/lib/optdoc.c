#include "tests/lib/optdoc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static bool is_key_name(const char *path)
{
    size_t len = strlen(path);
    return len > 4 && (strcmp(path + len - 4, ".crt") == 0 || strcmp(path + len - 4, ".key") == 0 ||
                       strcmp(path + len - 4, ".pem") == 0);
}

static enum ov_err load(void *ctx, const char *path, size_t max, struct ov_arena *arena, struct ov_text *out,
                        char reason[static OV_LOADER_REASON])
{
    const struct optdoc_file *files = ctx;
    const char *text = is_key_name(path) ? "PEM" : NULL;
    for (; files != NULL && files->name != NULL; files++)
    {
        text = strcmp(files->name, path) == 0 ? files->text : text;
    }
    if (text == NULL)
    {
        snprintf(reason, OV_LOADER_REASON, "No such file or directory");
        return OV_ERR_IO;
    }
    if (strlen(text) > max)
    {
        return OV_ERR_LIMIT;
    }
    out->data = ov_arena_strdup(arena, text);
    out->len = strlen(text);
    return out->data != NULL ? OV_OK : OV_ERR_NOMEM;
}

struct ov_loader optdoc_loader(const struct optdoc_file *files)
{
    struct ov_loader loader = {.load = load, .ctx = (void *)(uintptr_t)files};
    return loader;
}

struct ov_options *optdoc_parse(const char *text, const struct optdoc_file *files, enum ov_err *err)
{
    struct ov_loader loader = optdoc_loader(files);
    struct ov_options *options = NULL;
    *err = ov_options_from_text("t.ovpn", text, strlen(text), &loader, &options);
    assert_non_null(options);
    assert_int_equal(*err == OV_OK, ov_options_config(options) != NULL);
    return options;
}

char *optdoc_lines(const struct ov_diags *diags)
{
    char *all = calloc(1, 1);
    size_t len = 0;
    for (const struct ov_diag *diag = diags->first; diag != NULL; diag = diag->next)
    {
        char line[OV_DIAG_LINE];
        ov_diag_line(diag, line);
        size_t room = strlen(line) + 2;
        all = realloc(all, len + room);
        assert_non_null(all);
        len += (size_t)snprintf(all + len, room, "%s\n", line);
    }
    return all;
}
