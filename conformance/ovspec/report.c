#include "ovspec/report.h"

#include <inttypes.h>

enum
{
    /* More than fits an Ethernet jumbo frame: segmentation offload joined several packets before the capture. */
    OFFLOAD_LEN = 9000
};

const char *ovs_severity_name(enum ovs_severity severity)
{
    return severity == OVS_VIOLATION ? "violation" : "note";
}

static size_t count_joined(const struct ovs_session *session)
{
    size_t joined = 0;

    for (size_t i = 0; i < session->data_count; i++)
    {
        joined += session->data[i].packet->len > OFFLOAD_LEN;
    }
    return joined;
}

static size_t count_snapped(const struct ovs_session *session)
{
    size_t snapped = 0;

    for (size_t i = 0; i < session->control_count; i++)
    {
        snapped += session->control[i].packet->snapped;
    }
    return snapped;
}

static const char *stream_trouble_text(const struct ovs_flow *flow)
{
    enum ovs_stream_trouble trouble = flow->trouble[flow->trouble[0] == OVS_STREAM_OK ? 1 : 0];

    return trouble == OVS_STREAM_BAD_LENGTH ? "a length field is wrong" : "the capture lacks octets";
}

static void print_remarks(const struct ovs_session *session, FILE *out)
{
    const struct ovs_flow *flow = session->flow;
    size_t joined = count_joined(session);
    size_t snapped = count_snapped(session);

    if (!session->from_start)
    {
        fprintf(out, "#   reduced checks: the capture does not have the session's beginning\n");
    }
    if (!session->roles_known)
    {
        fprintf(out, "#   who is the client was guessed by port: no direction checks\n");
    }
    if (snapped > 0)
    {
        fprintf(out, "#   header checks only for %zu control packets that the snap length cut\n", snapped);
    }
    if (session->wrap[0].kind == OVS_WRAP_UNKNOWN && session->control_count > snapped)
    {
        fprintf(out, "#   header checks only: no protection of the control channel explains its packets\n");
    }
    if (session->earlier_count > 0)
    {
        fprintf(out, "#   %zu data packets belong to a session before the capture\n", session->earlier_count);
    }
    if (session->lossy)
    {
        fprintf(out, "#   packet ids are missing or late: no checks for packets that should be there\n");
    }
    if (joined > 0)
    {
        fprintf(
            out,
            "#   %zu data packets above %u octets: segmentation offload joined packets before the capture\n",
            joined, OFFLOAD_LEN);
    }
    if (ovs_flow_known_until(flow) != UINT64_MAX)
    {
        fprintf(out, "#   TCP is not followed beyond frame %" PRIu64 ": %s\n", ovs_flow_known_until(flow),
                stream_trouble_text(flow));
    }
}

static void print_session(const struct ovs_session *session, FILE *out)
{
    char client[OVS_ENDPOINT_TEXT];
    char server[OVS_ENDPOINT_TEXT];

    ovs_endpoint_print(&session->flow->side[session->client_side], client);
    ovs_endpoint_print(&session->flow->side[1 - session->client_side], server);
    fprintf(out,
            "# session %u: %s %s > %s, control %s%s, data %s, %zu control and %zu data packets, %zu "
            "negotiations\n",
            session->number, session->flow->transport == OVS_UDP ? "UDP" : "TCP", client, server,
            ovs_wrap_name(session->wrap[0]), session->dynamic_wrap ? " + dynamic tls-crypt" : "",
            ovs_format_name(session->format), session->control_count, session->data_count,
            session->negotiation_count);
    print_remarks(session, out);
}

void ovs_report_text(const struct ovs_analysis *analysis, FILE *out)
{
    const struct ovs_capture *capture = &analysis->capture;

    for (size_t i = 0; i < analysis->sessions.count; i++)
    {
        print_session(&analysis->sessions.items[i], out);
    }
    fprintf(out,
            "# %" PRIu64 " frames: %zu packets of other flows, %" PRIu64 " fragments, %" PRIu64
            " not UDP or TCP, %" PRIu64 " unreadable\n",
            capture->frame_count, analysis->ignored_count, capture->fragment_count, capture->other_count,
            capture->broken_count);
    if (capture->fragment_count > 0)
    {
        fprintf(out, "# fragments are not checked: somebody sends more than fits the path [WP-MTU-001]\n");
    }
    for (size_t i = 0; i < analysis->findings.count; i++)
    {
        const struct ovs_finding *finding = &analysis->findings.items[i];
        double seconds = (double)(finding->time_ns - capture->start_ns) / 1e9;

        fprintf(out, "%" PRIu64 " %.6f %s %s session %u: %s\n", finding->frame, seconds, finding->rule->id,
                ovs_severity_name(finding->rule->severity), finding->session, finding->message);
    }
    if (analysis->suppressed_count > 0)
    {
        fprintf(out, "# %zu findings more of the same kinds\n", analysis->suppressed_count);
    }
    fprintf(out, "ovspec: %zu packets, %zu sessions, %zu findings\n", analysis->packet_count,
            analysis->sessions.count, analysis->findings.count + analysis->suppressed_count);
}

void ovs_report_rules(FILE *out)
{
    for (size_t i = 0; ovs_checks[i] != NULL; i++)
    {
        for (size_t j = 0; j < ovs_checks[i]->rule_count; j++)
        {
            const struct ovs_rule *rule = &ovs_checks[i]->rules[j];

            fprintf(out, "%-12s %-9s check_%s.c: %s\n", rule->id, ovs_severity_name(rule->severity),
                    ovs_checks[i]->name, rule->title);
        }
    }
}
