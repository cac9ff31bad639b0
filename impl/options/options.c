#include "options/options.h"

#include <stdlib.h>
#include <string.h>

#include "options/parse.h"

struct ov_options
{
    struct ov_arena *arena;
    struct ov_diags diags;
    struct ov_config config;
};

static struct ov_options *options_new(const struct ov_loader *loader, struct ov_parse *parse)
{
    struct ov_options *options = calloc(1, sizeof(*options));
    struct ov_arena *arena = options != NULL ? ov_arena_new() : NULL;
    if (arena == NULL)
    {
        free(options);
        return NULL;
    }
    options->arena = arena;
    ov_diags_init(&options->diags, arena);
    ov_config_defaults(&options->config);
    if (!ov_parse_init(parse, arena, &options->diags, loader, &options->config))
    {
        ov_options_free(options);
        return NULL;
    }
    return options;
}

void ov_options_free(struct ov_options *options)
{
    if (options != NULL)
    {
        ov_arena_free(options->arena);
        free(options);
    }
}

static enum ov_err finish(struct ov_options *options, struct ov_parse *parse, struct ov_options **out)
{
    ov_parse_finish(parse);
    if (parse->failed == OV_ERR_NOMEM)
    {
        ov_options_free(options);
        return OV_ERR_NOMEM;
    }
    *out = options;
    return options->diags.error_count != 0 ? OV_ERR_OPTION : OV_OK;
}

enum ov_err ov_options_from_text(const char *name, const char *text, size_t len,
                                 const struct ov_loader *loader, struct ov_options **out)
{
    struct ov_parse parse;
    *out = NULL;
    struct ov_options *options = options_new(loader, &parse);
    if (options == NULL)
    {
        return OV_ERR_NOMEM;
    }
    name = ov_arena_strdup(options->arena, name);
    if (name == NULL)
    {
        ov_options_free(options);
        return OV_ERR_NOMEM;
    }
    ov_parse_text(&parse, name, text, len);
    return finish(options, &parse, out);
}

static bool is_option_word(const char *word)
{
    return word[0] == '-' && word[1] == '-' && word[2] != '\0';
}

/* "--name" and what follows up to the next one. Returns how many words were used. */
static size_t parse_words(struct ov_parse *parse, size_t argc, const char *const *argv)
{
    struct ov_line line = {.count = 0};
    size_t used = 0;
    while (used < argc && (used == 0 || !is_option_word(argv[used])))
    {
        if (line.count < OV_WORDS_MAX)
        {
            line.word[line.count++] = ov_arena_strdup(parse->arena, used == 0 ? argv[0] + 2 : argv[used]);
            if (line.word[line.count - 1] == NULL)
            {
                parse->failed = OV_ERR_NOMEM;
                return argc;
            }
        }
        used++;
    }
    if (used > OV_WORDS_MAX)
    {
        ov_parse_error(parse, "'--%.60s' has more than %u arguments", line.word[0], OV_WORDS_MAX - 1);
    }
    else
    {
        ov_parse_option(parse, &line);
    }
    return used;
}

static void parse_args(struct ov_parse *parse, size_t argc, const char *const *argv)
{
    size_t at = 0;
    parse->scope = OV_IN_ARGS;
    parse->file = "command line";
    if (argc > 0 && !is_option_word(argv[0]))
    {
        const char *path = ov_arena_strdup(parse->arena, argv[0]);
        if (path == NULL)
        {
            parse->failed = OV_ERR_NOMEM;
            return;
        }
        ov_parse_include(parse, path);
        at = 1;
    }
    while (at < argc && parse->failed == OV_OK)
    {
        if (is_option_word(argv[at]))
        {
            at += parse_words(parse, argc - at, argv + at);
            continue;
        }
        ov_parse_error(parse, "'%.60s' is not an option; options begin with '--'", argv[at++]);
    }
}

enum ov_err ov_options_from_args(size_t argc, const char *const *argv, const struct ov_loader *loader,
                                 struct ov_options **out)
{
    struct ov_parse parse;
    *out = NULL;
    struct ov_options *options = options_new(loader, &parse);
    if (options == NULL)
    {
        return OV_ERR_NOMEM;
    }
    parse_args(&parse, argc, argv);
    return finish(options, &parse, out);
}

const struct ov_config *ov_options_config(const struct ov_options *options)
{
    return options->diags.error_count == 0 ? &options->config : NULL;
}

struct ov_asked ov_options_asked(const struct ov_options *options)
{
    const struct ov_config *config = &options->config;
    return (struct ov_asked){config->wish, config->checked, config->check_json};
}

const struct ov_diags *ov_options_diags(const struct ov_options *options)
{
    return &options->diags;
}
