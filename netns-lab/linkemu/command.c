#include "netns-lab/linkemu/control.h"
#include "netns-lab/linkemu/quantity.h"

#include <string.h>

#define WORD_MAX 3u

struct word
{
    const char *text;
    size_t len;
};

static bool is(struct word word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.text, text, word.len) == 0;
}

/* Cuts at blanks; the words behind WORD_MAX are counted only. */
static unsigned cut(const char *text, size_t len, struct word words[static WORD_MAX])
{
    unsigned count = 0;
    size_t at = 0;
    while (at < len)
    {
        size_t begin = at;
        while (at < len && text[at] != ' ')
        {
            at++;
        }
        if (at > begin && count++ < WORD_MAX)
        {
            words[count - 1] = (struct word){text + begin, at - begin};
        }
        at++;
    }
    return count;
}

static bool read_rebind(const struct word *what, unsigned count, struct emu_command *command,
                        struct emu_why *why)
{
    command->verb = EMU_TELL_REBIND;
    command->ports = is(*what, "port") || is(*what, "both");
    command->addresses = is(*what, "address") || is(*what, "both");
    return (count == 2 && (command->ports || command->addresses)) ||
           emu_why_set(why, "rebind wants port, address or both");
}

bool emu_command_read(const char *text, size_t len, struct emu_command *command, struct emu_why *why)
{
    struct word words[WORD_MAX] = {{"", 0}, {"", 0}, {"", 0}};
    len -= len > 0 && text[len - 1] == '\n';
    unsigned count = cut(text, len, words);
    *command = (struct emu_command){.verb = EMU_TELL_REPORT};
    if (count == 1 && is(words[0], "report"))
    {
        return true;
    }
    if (count == 1 && is(words[0], "reset"))
    {
        command->verb = EMU_TELL_RESET;
        return true;
    }
    if (is(words[0], "rebind"))
    {
        return read_rebind(&words[1], count, command, why);
    }
    if (!is(words[0], "blackhole"))
    {
        return emu_why_set(why, "no such command (report, reset, blackhole, rebind)");
    }
    command->verb = EMU_TELL_BLACKHOLE;
    command->ways[0] = is(words[1], "up") || is(words[1], "both");
    command->ways[1] = is(words[1], "down") || is(words[1], "both");
    if (count != 3 || (!command->ways[0] && !command->ways[1]) ||
        !emu_quantity_time(words[2].text, words[2].len, &command->ns))
    {
        return emu_why_set(why, "blackhole wants a direction and a time (blackhole both 2s)");
    }
    return true;
}
