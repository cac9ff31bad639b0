/* --pull-filter: the user chooses among what a server pushes. */
#include <string.h>

#include "options/parse.h"

#define FILTERS_MAX 256u

OV_SETTER(pull_filter)
{
    static const char *const names[] = {"accept", "ignore", "reject"};
    struct ov_pull_filter filter = {OV_PULL_ACCEPT, line->word[2]};
    size_t i = 0;
    while (i < sizeof(names) / sizeof(names[0]) && strcmp(names[i], line->word[1]) != 0)
    {
        i++;
    }
    if (i == sizeof(names) / sizeof(names[0]))
    {
        ov_parse_error(parse, "pull-filter: '%.40s' is not accept, ignore or reject", line->word[1]);
        return;
    }
    if (parse->draft.pull_filters.count >= FILTERS_MAX)
    {
        ov_parse_error(parse, "more than %u pull-filters", FILTERS_MAX);
        return;
    }
    filter.action = (enum ov_pull_action)i;
    if (ov_parse_append(parse, &parse->draft.pull_filters, &filter, sizeof(filter)))
    {
        parse->config->pull_filters = parse->draft.pull_filters.items;
        parse->config->pull_filters_count = parse->draft.pull_filters.count;
    }
}

bool ov_parse_filtered(struct ov_parse *parse, const char *text, size_t len)
{
    for (size_t i = 0; i < parse->config->pull_filters_count; i++)
    {
        const struct ov_pull_filter *filter = &parse->config->pull_filters[i];
        const size_t wanted = strlen(filter->start);
        if (wanted > len || memcmp(filter->start, text, wanted) != 0)
        {
            continue;
        }
        if (filter->action == OV_PULL_IGNORE)
        {
            ov_parse_note(parse, "'%.*s' is left out, as 'pull-filter' says", (int)(len < 60 ? len : 60),
                          text);
        }
        if (filter->action == OV_PULL_REJECT)
        {
            ov_parse_fatal(parse, "'%.*s' is refused, as 'pull-filter' says", (int)(len < 60 ? len : 60),
                           text);
        }
        return filter->action != OV_PULL_ACCEPT;
    }
    return false;
}
