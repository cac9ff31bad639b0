#ifndef OV_OPTIONS_PULL_PRIVATE_H
#define OV_OPTIONS_PULL_PRIVATE_H

#include "options/parse.h"
#include "options/push.h"

/* Shared by pull.c and pull_update.c. */
struct ov_pull
{
    struct ov_arena *arena;
    struct ov_diags diags;
    struct ov_parse parse;
    struct ov_pulled pulled;
    struct ov_proto_flags announced;
    uint32_t parts;
    size_t octets;
    bool complete;
    uint32_t own_mtu;      /* as configured */
    uint32_t seen;         /* update: one bit a type that was met already */
    uint32_t update_parts; /* of the update that is being read */
    size_t update_octets;  /* of all updates */
};

/* Is this a message of the kind that word names, without control characters? */
bool ov_pull_is(const char *text, size_t len, const char *word);
/* each is called for every option between at (the first comma) and end. */
void ov_pull_split(struct ov_parse *parse, const char *at, const char *end,
                   void (*each)(void *ctx, struct ov_parse *parse, const char *text, size_t len), void *ctx);
/* One option as it came. */
void ov_pull_option(struct ov_parse *parse, const char *text, size_t len);
/* What the options say together. */
void ov_pull_finish(struct ov_pull *pull);

#endif
