/* Setters: the management interface. */
#include <string.h>

#include "options/parse.h"

OV_SETTER(management)
{
    struct ov_management *management = &parse->config->management;
    uint32_t port;
    if (strcmp(line->word[2], "unix") != 0 &&
        !ov_parse_number(parse, "the port of management", line->word[2], 1, 65535, &port))
    {
        return;
    }
    if (line->count > 3)
    {
        /* The file comes where others have it: in the first argument. */
        struct ov_line file = *line;
        file.word[1] = line->word[3];
        file.count = 2;
        if (!ov_parse_file(parse, &file, &management->password))
        {
            return;
        }
    }
    management->address = line->word[1];
    management->port = line->word[2];
}
