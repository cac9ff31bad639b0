#include "netns-lab/linkemu/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void set(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *fates_json(const struct emu_pipe *pipe)
{
    json_t *fates = json_object();
    const struct emu_account *account = &pipe->account;
    for (unsigned i = 0; i < EMU_KIND_COUNT; i++)
    {
        set(fates, emu_kind_name((enum emu_kind)i), pipe->decider.counts[i]);
    }
    set(fates, "queue_drop", account->queue_drops);
    set(fates, "mtu_drop", account->mtu_drops);
    set(fates, "blackhole_drop", account->blackhole_drops);
    set(fates, "rebind_drop", account->rebind_drops);
    set(fates, "ecn_mark", account->marks);
    set(fates, "hold_expired", account->holds_expired);
    return fates;
}

static json_t *lateness_json(const struct emu_account *account)
{
    json_t *bins = json_array();
    for (unsigned i = 0; i < EMU_LATENESS_BINS; i++)
    {
        json_array_append_new(bins, json_integer((json_int_t)account->late_log2_us[i]));
    }
    return bins;
}

static json_t *pipe_json(const struct emu_pipe *pipe)
{
    char hash[24];
    json_t *object = json_object();
    const struct emu_account *account = &pipe->account;
    snprintf(hash, sizeof hash, "%016" PRIx64, pipe->decider.hash);
    set(object, "frames_in", account->frames_in);
    set(object, "packets_in", account->packets_in);
    set(object, "octets_in", account->octets_in);
    set(object, "frames_out", account->frames_out);
    set(object, "packets_out", account->packets_out);
    set(object, "whole_frames", account->whole_frames);
    set(object, "ignored", account->ignored);
    set(object, "odd", account->odd);
    json_object_set_new(object, "fates", fates_json(pipe));
    set(object, "queue_max", account->queue_max);
    set(object, "wait_max_us", pipe->shaper.max_wait_ns / 1000);
    set(object, "late_max_us", account->late_max_ns / 1000);
    json_object_set_new(object, "late_log2_us", lateness_json(account));
    set(object, "memory_drops", account->memory_drops);
    set(object, "write_drops", account->write_drops);
    json_object_set_new(object, "decision_hash", json_string(hash));
    return object;
}

static double cpu_s(const struct timeval *now, const struct timeval *before)
{
    return (double)(now->tv_sec - before->tv_sec) + (double)(now->tv_usec - before->tv_usec) / 1e6;
}

bool emu_report_write(const struct emu_engine *engine, bool final)
{
    struct rusage usage;
    struct emu_devstat now;
    const char *const devices[] = {engine->tuns[0].name, engine->tuns[1].name, engine->steer.interface[0],
                                   engine->steer.interface[1]};
    getrusage(RUSAGE_SELF, &usage);
    emu_devstat_read(&now, devices, sizeof devices / sizeof devices[0]);
    json_t *object = json_object();
    json_object_set_new(object, "final", json_boolean(final));
    json_object_set_new(object, "seconds", json_real((double)(emu_now_ns() - engine->began_ns) / 1e9));
    json_object_set_new(object, "user_cpu_s",
                        json_real(cpu_s(&usage.ru_utime, &engine->usage_began.ru_utime)));
    json_object_set_new(object, "system_cpu_s",
                        json_real(cpu_s(&usage.ru_stime, &engine->usage_began.ru_stime)));
    set(object, "wakeups", engine->wakeups);
    set(object, "coalesce_us", engine->coalesce_ns / 1000);
    json_object_set_new(object, "udp_gso", json_boolean(engine->tuns[0].udp_gso));
    set(object, "rebindings", engine->rebind.times);
    set(object, "device_rx_dropped", now.rx_dropped - engine->devices_began.rx_dropped);
    set(object, "device_tx_dropped", now.tx_dropped - engine->devices_began.tx_dropped);
    json_object_set_new(object, "up", pipe_json(&engine->pipes[0]));
    json_object_set_new(object, "down", pipe_json(&engine->pipes[1]));
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(object);
    bool written = text != NULL && fprintf(engine->report, "%s\n", text) > 0 && fflush(engine->report) == 0;
    free(text);
    return written;
}
