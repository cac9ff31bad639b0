#ifndef OV_OPTIONS_TABLE_H
#define OV_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one table of options. Every option of OpenVPN 2.6 and 2.7 has a row,
 * built or not; parsing, push, help and diagnostics read nothing else. */

struct ov_parse;
struct ov_line;
struct ov_option;

/* Where an option may stand. */
enum
{
    OV_IN_FILE = 1,        /* configuration file */
    OV_IN_ARGS = 2,        /* command line */
    OV_IN_PUSH = 4,        /* push reply */
    OV_IN_CONNECTION = 8,  /* <connection> block */
    OV_IN_CLIENT = 16,     /* a server's settings for one client: client-config-dir, client-connect */
    OV_IN_MANAGEMENT = 32, /* may be set by management */
    OV_IN_BLOCK = 64,      /* takes an inline block instead of a file */
    OV_ONLY_SERVER = 128,
    OV_ONLY_CLIENT = 256,
    OV_PUSH_VITAL = 512, /* pushed and not usable: packets would differ, so the connection can't go on */
    OV_IN_BOTH = OV_IN_FILE | OV_IN_ARGS
};

enum ov_option_status
{
    OV_OPTION_BUILT,
    OV_OPTION_MOOT,    /* accepted: ovref always does so, or has nothing to do; why says which */
    OV_OPTION_PLANNED, /* known, not built: refused by name; why may add a hint */
    OV_OPTION_NEVER,   /* known, and not for this program: refused by name; why says the reason */
    OV_OPTION_REMOVED  /* gone from OpenVPN 2.x too; why says what replaced it */
};

enum ov_option_type
{
    OV_TYPE_OTHER,  /* set() does everything */
    OV_TYPE_FLAG,   /* bool at offset becomes true */
    OV_TYPE_NUMBER, /* uint32_t at offset, low <= n <= high */
    OV_TYPE_LARGE,  /* uint64_t at offset */
    OV_TYPE_TEXT,   /* const char * at offset */
    OV_TYPE_FILE    /* struct ov_text at offset: a file's content or an inline block */
};

struct ov_option
{
    const char *name;
    const char *args; /* how they are written: "network netmask [gateway]"; "" for none */
    uint8_t min;      /* arguments */
    uint8_t max;
    uint8_t status;  /* enum ov_option_status */
    uint8_t type;    /* enum ov_option_type */
    uint16_t scope;  /* OV_IN_*, OV_ONLY_* */
    uint16_t offset; /* in struct ov_config */
    uint32_t low;
    uint32_t high;
    void (*set)(struct ov_parse *parse, const struct ov_option *option, const struct ov_line *line);
    const char *value; /* default, as text for the help; "" for none */
    const char *since; /* first OpenVPN release with it; "" for 2.0 and older, "ovref" for our own */
    const char *help;
    const char *why;
};

/* A group is a constant array in its own file. */
struct ov_option_group
{
    const char *title;
    const struct ov_option *rows;
    size_t count;
};

extern const struct ov_option_group ov_options_general;
extern const struct ov_option_group ov_options_link;
extern const struct ov_option_group ov_options_control;
extern const struct ov_option_group ov_options_data;
extern const struct ov_option_group ov_options_tunnel;
extern const struct ov_option_group ov_options_client;
extern const struct ov_option_group ov_options_server;
extern const struct ov_option_group ov_options_certs;
extern const struct ov_option_group ov_options_login;
extern const struct ov_option_group ov_options_management;
extern const struct ov_option_group ov_options_hooks;
extern const struct ov_option_group ov_options_foreign; /* other systems, and names that are gone */

/* All groups, in the order of the help; NULL behind the last. */
extern const struct ov_option_group *const ov_option_table[];

/* Can it be given at all, and does it do here what it is for? */
static inline bool ov_option_works(const struct ov_option *option)
{
    return option->status == OV_OPTION_BUILT || option->status == OV_OPTION_MOOT;
}

/* Case matters, as in 2.x. NULL if there is no such option. *index counts through all groups. */
const struct ov_option *ov_option_find(const char *name, size_t *index);
size_t ov_option_count(void);
const struct ov_option *ov_option_at(size_t index);
/* The known name that is most like name, NULL if none is near. Names of removed options don't count. */
const char *ov_option_nearest(const char *name);

#endif
