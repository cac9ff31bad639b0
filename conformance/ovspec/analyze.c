#include "ovspec/analyze.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ovs_find(struct ovs_context *context, const struct ovs_rule *rule, const struct ovs_packet *packet,
              const char *format, ...)
{
    struct ovs_finding_list *list = context->findings;
    struct ovs_finding *finding = ovs_array_add(&list->items, &list->count, &list->capacity, sizeof *finding);
    va_list args;

    if (finding == NULL)
    {
        list->out_of_memory = true;
        return;
    }
    finding->rule = rule;
    finding->session = context->session->number;
    finding->frame = packet->frame;
    finding->time_ns = packet->time_ns;
    va_start(args, format);
    vsnprintf(finding->message, sizeof finding->message, format, args);
    va_end(args);
}

static int by_frame(const void *left, const void *right)
{
    const struct ovs_finding *a = left;
    const struct ovs_finding *b = right;

    return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static size_t *count_of(size_t *counts, const struct ovs_check *check, const struct ovs_rule *rule)
{
    return &counts[rule - check->rules];
}

/* Runs one check and drops what is beyond the limit of each of its rules. */
static bool run_check(struct ovs_analysis *analysis, struct ovs_context *context,
                      const struct ovs_check *check)
{
    size_t *counts = calloc(check->rule_count, sizeof *counts);
    size_t first = analysis->findings.count;
    size_t kept = first;

    if (counts == NULL)
    {
        return false;
    }
    check->run(context);
    for (size_t i = first; i < analysis->findings.count; i++)
    {
        const struct ovs_finding *finding = &analysis->findings.items[i];

        analysis->violation_count += finding->rule->severity == OVS_VIOLATION;
        *count_of(counts, check, finding->rule) += 1;
        if (*count_of(counts, check, finding->rule) <= OVS_FINDINGS_PER_RULE)
        {
            analysis->findings.items[kept++] = *finding;
        }
    }
    analysis->suppressed_count += analysis->findings.count - kept;
    analysis->findings.count = kept;
    free(counts);
    return true;
}

static bool prepare_session(struct ovs_session *session, const struct ovs_options *options)
{
    ovs_session_unwrap(session, options);
    if (!ovs_session_build_timeline(session))
    {
        return false;
    }
    ovs_session_find_format(session, options);
    ovs_session_find_losses(session);
    return true;
}

/* What lost packets of one session may have lost those of its neighbours. */
static void share_losses(struct ovs_session_list *list)
{
    for (size_t i = 1; i < list->count; i++)
    {
        list->items[i].lossy |= list->items[i].flow == list->items[i - 1].flow && list->items[i - 1].lossy;
    }
    for (size_t i = list->count; i > 1; i--)
    {
        list->items[i - 2].lossy |=
            list->items[i - 2].flow == list->items[i - 1].flow && list->items[i - 1].lossy;
    }
}

static bool check_sessions(struct ovs_analysis *analysis, const struct ovs_options *options)
{
    struct ovs_session_list *list = &analysis->sessions;

    for (size_t i = 0; i < list->count; i++)
    {
        if (!prepare_session(&list->items[i], options))
        {
            return false;
        }
    }
    share_losses(list);
    for (size_t i = 0; i < list->count; i++)
    {
        struct ovs_context context = {&list->items[i], options, &analysis->findings};

        for (size_t j = 0; ovs_checks[j] != NULL; j++)
        {
            if (!run_check(analysis, &context, ovs_checks[j]))
            {
                return false;
            }
        }
    }
    return !analysis->findings.out_of_memory;
}

static bool find_sessions(struct ovs_analysis *analysis, const struct ovs_options *options)
{
    for (size_t i = 0; i < analysis->capture.table.count; i++)
    {
        const struct ovs_flow *flow = &analysis->capture.table.flows[i];

        if (!ovs_flow_recognise(flow, options))
        {
            analysis->ignored_count += flow->count;
            continue;
        }
        size_t first = analysis->sessions.count;
        if (!ovs_sessions_add_flow(&analysis->sessions, flow, options))
        {
            return false;
        }
        for (size_t j = first; j < analysis->sessions.count; j++)
        {
            const struct ovs_session *session = &analysis->sessions.items[j];

            analysis->packet_count += session->control_count + session->data_count + session->earlier_count;
        }
    }
    return true;
}

bool ovs_analyze(const struct ovs_options *options, struct ovs_analysis *analysis, struct ovs_error *error)
{
    *analysis = (struct ovs_analysis){0};
    if (!ovs_capture_read(options->path, &analysis->capture, error))
    {
        return false;
    }
    bool done = find_sessions(analysis, options) && check_sessions(analysis, options);
    if (!done)
    {
        ovs_error_set(error, "out of memory");
        return false;
    }
    if (analysis->packet_count == 0)
    {
        ovs_error_set(error, "no OpenVPN traffic in %llu frames",
                      (unsigned long long)analysis->capture.frame_count);
        return false;
    }
    if (analysis->findings.count > 0)
    {
        qsort(analysis->findings.items, analysis->findings.count, sizeof *analysis->findings.items, by_frame);
    }
    return true;
}

void ovs_analysis_clear(struct ovs_analysis *analysis)
{
    ovs_capture_clear(&analysis->capture);
    ovs_sessions_clear(&analysis->sessions);
    free(analysis->findings.items);
    *analysis = (struct ovs_analysis){0};
}
