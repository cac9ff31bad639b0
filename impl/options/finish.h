#ifndef OV_OPTIONS_FINISH_H
#define OV_OPTIONS_FINISH_H

/* Inside of finish_*.c only: what they share, and what finish.c calls in this order. */

#include "options/parse.h"

/* An error between options: it belongs to the place of one of them if there is one, NULL if there is none. */
#define SAY(say, name, ...)                                                                                  \
    do                                                                                                       \
    {                                                                                                        \
        ov_parse_point_at(parse, name);                                                                      \
        say(parse, __VA_ARGS__);                                                                             \
        ov_parse_point_at(parse, NULL);                                                                      \
    } while (0)

static inline bool is_given(const struct ov_parse *parse, const char *name)
{
    return ov_parse_given(parse, name) != NULL;
}

/* finish_keys.c: keys and certificates that a TLS peer needs; what protects the control channel. */
void ov_finish_keys(struct ov_parse *parse);
/* Versions and renewal of keys. */
void ov_finish_tls(struct ov_parse *parse);

/* finish_link.c: the outer socket, and where it leads. */
void ov_finish_bind(struct ov_parse *parse);
void ov_finish_remotes(struct ov_parse *parse);
void ov_finish_proto(struct ov_parse *parse);
void ov_finish_exit_notify(struct ov_parse *parse);
void ov_finish_keepalive(struct ov_parse *parse);

/* finish_server.c */
void ov_finish_server(struct ov_parse *parse);

#endif
