#include "options/table.h"

#include <string.h>

#include "options/values.h"

const struct ov_option_group *const ov_option_table[] = {&ov_options_general,
                                                         &ov_options_link,
                                                         &ov_options_control,
                                                         &ov_options_data,
                                                         &ov_options_tunnel,
                                                         &ov_options_client,
                                                         &ov_options_server,
                                                         &ov_options_certs,
                                                         &ov_options_login,
                                                         &ov_options_management,
                                                         &ov_options_hooks,
                                                         &ov_options_foreign,
                                                         NULL};

size_t ov_option_count(void)
{
    size_t count = 0;
    for (size_t g = 0; ov_option_table[g] != NULL; g++)
    {
        count += ov_option_table[g]->count;
    }
    return count;
}

const struct ov_option *ov_option_at(size_t index)
{
    for (size_t g = 0; ov_option_table[g] != NULL; g++)
    {
        if (index < ov_option_table[g]->count)
        {
            return &ov_option_table[g]->rows[index];
        }
        index -= ov_option_table[g]->count;
    }
    return NULL;
}

const struct ov_option *ov_option_find(const char *name, size_t *index)
{
    size_t before = 0;
    for (size_t g = 0; ov_option_table[g] != NULL; g++)
    {
        const struct ov_option_group *group = ov_option_table[g];
        for (size_t i = 0; i < group->count; i++)
        {
            if (strcmp(group->rows[i].name, name) == 0)
            {
                *index = before + i;
                return &group->rows[i];
            }
        }
        before += group->count;
    }
    return NULL;
}

/* One edit in a short name, two, or a third of a long one: further away a suggestion misleads more than it
 * helps. */
const char *ov_option_nearest(const char *name)
{
    size_t len = strlen(name);
    uint32_t best = len < 5 ? 1 : len < 9 ? 2 : (uint32_t)len / 3;
    const char *nearest = NULL;
    for (size_t i = 0; len > 2 && i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        size_t other = strlen(option->name);
        size_t apart = other > len ? other - len : len - other;
        if (option->status == OV_OPTION_REMOVED || apart > best)
        {
            continue; /* the distance is never less than the difference in length */
        }
        uint32_t distance = ov_value_distance(name, option->name);
        if (distance < best || (nearest == NULL && distance == best))
        {
            best = distance;
            nearest = option->name;
        }
    }
    return nearest;
}
