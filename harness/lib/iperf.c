#include "lib/iperf.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static double number_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The sum of a direction, and that of the other one where the test had two at once. */
static double both_ways(const json_t *object, const char *sum, const char *reverse, const char *key)
{
    double rate = number_at(json_object_get(object, sum), key);
    double back = number_at(json_object_get(object, reverse), key);
    return isnan(back) ? rate : rate + back;
}

static void read_intervals(const json_t *root, struct lab_iperf *iperf)
{
    size_t index;
    const json_t *interval;
    json_array_foreach(json_object_get(root, "intervals"), index, interval)
    {
        double rate = both_ways(interval, "sum", "sum_bidir_reverse", "bits_per_second");
        if (!isnan(rate) && iperf->interval_count < LAB_IPERF_MAX)
        {
            iperf->interval_mbps[iperf->interval_count++] = rate / 1e6;
        }
    }
}

static enum lab_err read_end(const json_t *root, struct lab_iperf *iperf, struct lab_why *why)
{
    const json_t *end = json_object_get(root, "end");
    const json_t *sent = json_object_get(end, "sum_sent");
    const json_t *received = json_object_get(end, "sum_received");
    const json_t *cpu = json_object_get(end, "cpu_utilization_percent");
    const json_t *again = json_object_get(sent, "retransmits");
    iperf->sent_mbps = both_ways(end, "sum_sent", "sum_sent_bidir_reverse", "bits_per_second") / 1e6;
    iperf->goodput_mbps =
        both_ways(end, "sum_received", "sum_received_bidir_reverse", "bits_per_second") / 1e6;
    iperf->seconds = number_at(received, "seconds");
    iperf->retransmits = json_is_integer(again) ? json_integer_value(again) : -1;
    iperf->cpu_local_percent = number_at(cpu, "host_total");
    iperf->cpu_remote_percent = number_at(cpu, "remote_total");
    if (isnan(iperf->sent_mbps) || isnan(iperf->goodput_mbps) || isnan(iperf->seconds))
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "iperf3 printed no closing sums");
    }
    return LAB_OK;
}

enum lab_err lab_iperf_parse(const char *text, struct lab_iperf *iperf, struct lab_why *why)
{
    json_error_t error;
    *iperf = (struct lab_iperf){.retransmits = -1};
    json_t *root = json_loads(text, 0, &error);
    if (!json_is_object(root))
    {
        json_decref(root);
        return lab_why_set(why, LAB_ERR_FORMAT, "iperf3 printed no JSON object");
    }
    enum lab_err err;
    const json_t *said = json_object_get(root, "error");
    if (json_is_string(said))
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "iperf3: %s", json_string_value(said));
    }
    else
    {
        read_intervals(root, iperf);
        err = read_end(root, iperf, why);
    }
    json_decref(root);
    return err;
}

enum lab_err lab_iperf_intervals(const char *text, struct lab_iperf *iperf, struct lab_why *why)
{
    json_t *root = json_loads(text, 0, NULL);
    iperf->interval_count = 0;
    read_intervals(root, iperf);
    json_decref(root);
    return iperf->interval_count > 0 ? LAB_OK
                                     : lab_why_set(why, LAB_ERR_FORMAT, "iperf3 printed no intervals");
}

enum lab_err lab_iperf_udp_parse(const char *text, struct lab_iperf_udp *udp, struct lab_why *why)
{
    *udp = (struct lab_iperf_udp){0};
    json_t *root = json_loads(text, 0, NULL);
    const json_t *sum = json_object_get(json_object_get(root, "end"), "sum");
    const json_t *said = json_object_get(root, "error");
    const json_t *packets = json_object_get(sum, "packets");
    const json_t *lost = json_object_get(sum, "lost_packets");
    enum lab_err err = LAB_OK;
    if (json_is_string(said))
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "iperf3: %s", json_string_value(said));
    }
    else if (!json_is_integer(packets) || !json_is_integer(lost))
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "iperf3 printed no closing sum of UDP packets");
    }
    else
    {
        udp->packets = json_integer_value(packets);
        udp->lost = json_integer_value(lost);
        udp->offered_mbps = number_at(sum, "bits_per_second") / 1e6;
        udp->jitter_ms = number_at(sum, "jitter_ms");
    }
    json_decref(root);
    return err;
}
