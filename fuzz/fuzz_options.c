/* The options parser: any text gives a configuration, or errors that name what is wrong. Input: a
 * configuration file. Files it refers to do not exist. */
#include "lib/fuzz.h"
#include "options/options.h"

static enum ov_err no_file(void *ctx, const char *path, size_t max, struct ov_arena *arena,
                           struct ov_text *out, char reason[static OV_LOADER_REASON])
{
    (void)ctx;
    (void)path;
    (void)max;
    (void)arena;
    (void)out;
    snprintf(reason, OV_LOADER_REASON, "No such file or directory");
    return OV_ERR_IO;
}

static void check_diags(const struct ov_diags *diags)
{
    uint32_t count = 0;
    for (const struct ov_diag *d = diags->first; d != NULL; d = d->next)
    {
        char line[OV_DIAG_LINE];
        ov_diag_line(d, line);
        size_t len = strnlen(line, sizeof(line));
        FUZZ_CHECK(len > 0 && len < sizeof(line));
        for (size_t i = 0; i < len; i++)
        {
            /* Nothing that a terminal would obey. */
            FUZZ_CHECK((unsigned char)line[i] >= 0x20 && line[i] != 0x7F);
        }
        count++;
    }
    FUZZ_CHECK(count == diags->kept && count <= OV_DIAGS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ov_loader loader = {.load = no_file};
    struct ov_options *options = NULL;
    char *text = (char *)fuzz_copy(data, size);
    enum ov_err err = ov_options_from_text("fuzz.ovpn", text, size, &loader, &options);
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_OPTION || err == OV_ERR_NOMEM);
    free(text); /* the configuration must not borrow from it */
    if (options != NULL)
    {
        const struct ov_diags *diags = ov_options_diags(options);
        check_diags(diags);
        FUZZ_CHECK((err == OV_OK) == (ov_options_config(options) != NULL));
        FUZZ_CHECK((err == OV_OK) == (diags->error_count == 0));
    }
    ov_options_free(options);
    return 0;
}
