#include "ovspec/report.h"

#include <jansson.h>

static json_t *describe_session(const struct ovs_session *session)
{
    char client[OVS_ENDPOINT_TEXT];
    char server[OVS_ENDPOINT_TEXT];

    ovs_endpoint_print(&session->flow->side[session->client_side], client);
    ovs_endpoint_print(&session->flow->side[1 - session->client_side], server);
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:b, s:s, s:b, s:b, s:b, s:I, s:I, s:I}", "number",
                     (int)session->number, "transport", session->flow->transport == OVS_UDP ? "udp" : "tcp",
                     "client", client, "server", server, "control_wrap", ovs_wrap_name(session->wrap[0]),
                     "dynamic_tls_crypt", session->dynamic_wrap, "data_format",
                     ovs_format_name(session->format), "roles_known", session->roles_known, "from_start",
                     session->from_start, "lossy", session->lossy, "control_packets",
                     (json_int_t)session->control_count, "data_packets", (json_int_t)session->data_count,
                     "negotiations", (json_int_t)session->negotiation_count);
}

static json_t *describe_finding(const struct ovs_finding *finding, int64_t start_ns)
{
    return json_pack("{s:I, s:f, s:s, s:s, s:i, s:s, s:s}", "frame", (json_int_t)finding->frame, "time",
                     (double)(finding->time_ns - start_ns) / 1e9, "id", finding->rule->id, "severity",
                     ovs_severity_name(finding->rule->severity), "session", (int)finding->session, "message",
                     finding->message, "requirement", finding->rule->title);
}

bool ovs_report_json(const struct ovs_analysis *analysis, FILE *out)
{
    const struct ovs_capture *capture = &analysis->capture;
    json_t *sessions = json_array();
    json_t *findings = json_array();
    bool good = sessions != NULL && findings != NULL;

    for (size_t i = 0; i < analysis->sessions.count; i++)
    {
        good = json_array_append_new(sessions, describe_session(&analysis->sessions.items[i])) == 0 && good;
    }
    for (size_t i = 0; i < analysis->findings.count; i++)
    {
        json_t *finding = describe_finding(&analysis->findings.items[i], capture->start_ns);

        good = json_array_append_new(findings, finding) == 0 && good;
    }
    /* json_pack takes the arrays over, also when it fails. */
    json_t *report = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "packets", (json_int_t)analysis->packet_count,
        "frames", (json_int_t)capture->frame_count, "other_packets", (json_int_t)analysis->ignored_count,
        "fragments", (json_int_t)capture->fragment_count, "not_udp_or_tcp", (json_int_t)capture->other_count,
        "unreadable", (json_int_t)capture->broken_count, "violations", (json_int_t)analysis->violation_count,
        "suppressed", (json_int_t)analysis->suppressed_count, "sessions", sessions, "findings", findings);
    good = good && report != NULL && json_dumpf(report, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;
    json_decref(report);
    return good;
}
