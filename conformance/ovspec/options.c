#include "ovspec/options.h"

#include <stdlib.h>
#include <string.h>

struct word
{
    const char *name;
    int value;
};

static const struct word formats[] = {
    {"auto", OVS_FORMAT_AUTO},
    {"aead", OVS_FORMAT_AEAD},
    {"epoch", OVS_FORMAT_EPOCH},
    {"cbc", OVS_FORMAT_CBC},
    {"none", OVS_FORMAT_NONE},
    {"opaque", OVS_FORMAT_OPAQUE},
    {NULL, 0},
};

static const struct word wraps[] = {
    {"auto", OVS_CHOOSE_AUTO},
    {"plain", OVS_CHOOSE_PLAIN},
    {"tls-auth", OVS_CHOOSE_TLS_AUTH},
    {"tls-crypt", OVS_CHOOSE_TLS_CRYPT},
    {NULL, 0},
};

static bool find_word(const struct word *words, const char *name, int *value)
{
    for (; words->name != NULL; words++)
    {
        if (strcmp(words->name, name) == 0)
        {
            *value = words->value;
            return true;
        }
    }
    return false;
}

static bool parse_number(const char *text, unsigned long min, unsigned long max, unsigned long *value)
{
    char *end;

    *value = strtoul(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *value >= min && *value <= max;
}

/* Options that take a value. */
static bool parse_valued(const char *name, const char *value, struct ovs_options *out)
{
    int word = 0;
    unsigned long number = 0;

    if (strcmp(name, "--data-format") == 0 && find_word(formats, value, &word))
    {
        out->format = (enum ovs_data_format)word;
        return true;
    }
    if (strcmp(name, "--wrap") == 0 && find_word(wraps, value, &word))
    {
        out->wrap = (enum ovs_wrap_choice)word;
        return true;
    }
    if (strcmp(name, "--port") == 0 && parse_number(value, 1, 65535, &number))
    {
        out->port = (uint16_t)number;
        return true;
    }
    if (strcmp(name, "--max-packet-size") == 0 && parse_number(value, 154, 2048, &number))
    {
        out->max_packet_size = (uint32_t)number;
        return true;
    }
    return false;
}

static bool parse_pcap(int argc, char **argv, struct ovs_options *out, const char **wrong)
{
    for (int i = 2; i < argc; i++)
    {
        *wrong = argv[i];
        if (strcmp(argv[i], "--json") == 0)
        {
            out->json = true;
        }
        else if (strncmp(argv[i], "--", 2) == 0)
        {
            if (i + 1 >= argc || !parse_valued(argv[i], argv[i + 1], out))
            {
                return false;
            }
            i++;
        }
        else if (out->path == NULL)
        {
            out->path = argv[i];
        }
        else
        {
            return false;
        }
    }
    *wrong = NULL;
    return out->path != NULL;
}

bool ovs_options_parse(int argc, char **argv, struct ovs_options *out, const char **wrong)
{
    *out = (struct ovs_options){0};
    *wrong = NULL;
    if (argc < 2)
    {
        return false;
    }
    if (strcmp(argv[1], "pcap") == 0)
    {
        out->command = OVS_COMMAND_PCAP;
        return parse_pcap(argc, argv, out, wrong);
    }
    *wrong = argc > 2 ? argv[2] : argv[1];
    out->command = strcmp(argv[1], "list") == 0 ? OVS_COMMAND_LIST : OVS_COMMAND_HELP;
    return argc == 2 && (out->command == OVS_COMMAND_LIST || strcmp(argv[1], "--help") == 0);
}
