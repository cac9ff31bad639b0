/* Checks: one constant row each, a pure function over one session's decoded packets. */
#ifndef OV_OVSPEC_CHECK_H
#define OV_OVSPEC_CHECK_H

#include "ovspec/session.h"

enum ovs_severity
{
    OVS_NOTE,     /* unusual; peers cope */
    OVS_VIOLATION /* contradicts the requirement */
};

/* One thing that a check can find. */
struct ovs_rule
{
    const char *id; /* requirement of wire-protocol.md */
    enum ovs_severity severity;
    const char *title;
};

struct ovs_finding
{
    const struct ovs_rule *rule;
    unsigned session;
    uint64_t frame;
    int64_t time_ns; /* since 1970 */
    char message[192];
};

struct ovs_finding_list
{
    struct ovs_finding *items;
    size_t count;
    size_t capacity;
    bool out_of_memory; /* some findings are missing */
};

struct ovs_context
{
    const struct ovs_session *session;
    const struct ovs_options *options;
    struct ovs_finding_list *findings;
};

struct ovs_check
{
    const char *name; /* of the file: check_NAME.c */
    const struct ovs_rule *rules;
    size_t rule_count;
    void (*run)(struct ovs_context *context);
};

/* Adds a finding about `packet`. Memory failure is remembered in the list. */
__attribute__((format(printf, 4, 5))) void ovs_find(struct ovs_context *context, const struct ovs_rule *rule,
                                                    const struct ovs_packet *packet, const char *format, ...);

/* All checks, ended by NULL (checks.c). */
extern const struct ovs_check *const ovs_checks[];

#define OVS_RULES(array) .rules = (array), .rule_count = sizeof(array) / sizeof((array)[0])

static inline const char *ovs_dir_name(enum ovs_dir dir)
{
    return dir == OVS_C2S ? "client" : "server";
}

#endif
