/* Data under everything that was agreed on: packets of many sizes, and a stream each way that
 * goes on while the keys change. Slow on purpose: whether it works is asked, not how fast. */
#include "lib/steps.h"

#include "lib/cell.h"
#include "lib/file.h"
#include "lib/ready.h"
#include "lib/tool.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PING_TIMEOUT_MS  8000
#define IPERF_PORT       5201
#define IPERF_START_MS   5000
#define IPERF_TIMEOUT_MS 15000
/* OpenVPN 2.5 counts packets for 2 s after TLS had something to do, and looks at its count each 15 s from then on: on
 * a slow machine, where the traffic comes later, its renegotiation does too (two of them together show it). */
#define REKEY_TIMEOUT_MS 18000
#define CLIENT_LOG_MAX   (8 * 1024 * 1024)

/* One size: pings until three came back, or for three seconds. What gets lost once, while a tunnel settles,
 * is no sign of a size that does not pass. */
static bool ping_size(struct lab_cell *cell, const char *target, unsigned size, struct lab_why *why)
{
    char size_text[16];
    char log_name[48];
    char *text = NULL;
    snprintf(size_text, sizeof size_text, "%u", size);
    snprintf(log_name, sizeof log_name, "ping-%u%s.txt", size, strchr(target, ':') != NULL ? "-v6" : "");
    const char *argv[] = {"ping", "-n", "-q", "-i",      "0.01", "-c", "3",
                          "-w",   "3",  "-s", size_text, target, NULL};
    enum lab_err err = lab_tool_run(cell, argv, log_name, PING_TIMEOUT_MS, &text, why);
    if (err != LAB_OK)
    {
        return false;
    }
    /* "4 packets transmitted, 3 received, ..." */
    unsigned received = 0;
    const char *words = strstr(text, " packets transmitted, ");
    bool known = words != NULL && sscanf(words, " packets transmitted, %u received", &received) == 1;
    (void)lab_why_set(why, LAB_OK, "%u of 3 pings of %u octets came back", received, size);
    free(text);
    return known && received >= 3;
}

/* Payload sizes around everything that changes with size: the smallest, one block, what one
 * fragment holds, the tunnel's MTU and beyond it. */
static enum lab_go ping_sizes(struct lab_cell *cell, const char *name, const char *target)
{
    static const unsigned sizes[] = {0, 1, 15, 16, 100, 548, 1000, 1200, 1372, 1452, 1472, 1500};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    {
        struct lab_why why = {""};
        if (!ping_size(cell, target, sizes[i], &why))
        {
            lab_cell_check(cell, name, LAB_FAIL, true, "%s: %s", name, why.text);
            return cell->client.running && cell->server.running ? LAB_GO_ON : LAB_GO_STOP;
        }
    }
    lab_cell_check(cell, name, LAB_PASS, false, "pings of %zu sizes to %s", sizeof sizes / sizeof sizes[0],
                   target);
    return LAB_GO_ON;
}

enum lab_go lab_step_sizes(struct lab_cell *cell)
{
    const struct lab_expect *expect = cell->item->def->scenario->expect;
    enum lab_go go = LAB_GO_ON;
    if (!expect->no_inner4)
    {
        go = ping_sizes(cell, "sizes4", cell->target4);
    }
    if (go == LAB_GO_ON && !expect->no_inner6)
    {
        go = ping_sizes(cell, "sizes6", cell->target6);
    }
    return go;
}

static const char *inner_target(const struct lab_cell *cell)
{
    return cell->item->def->scenario->expect->no_inner4 ? cell->target6 : cell->target4;
}

static bool iperf_settled(void *arg)
{
    struct lab_cell *cell = arg;
    return !cell->traffic.running || lab_ready_tcp_listens(cell->topology->server_ns, IPERF_PORT);
}

static enum lab_err start_iperf(struct lab_cell *cell, struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    const char *argv[] = {"iperf3", "-s", "-B", inner_target(cell), NULL};
    lab_cell_log(cell, "iperf3-server.txt", log);
    const struct lab_proc_spec spec = {.argv = argv, .netns = cell->topology->server_ns, .out_path = log};
    enum lab_err err = lab_proc_spawn(cell->loop, &cell->traffic, &spec, why);
    if (err == LAB_OK)
    {
        err = lab_loop_until(cell->loop, iperf_settled, cell, 5, IPERF_START_MS);
        (void)lab_why_set(why, err, "iperf3 does not listen on %s", inner_target(cell));
    }
    return err == LAB_OK && !cell->traffic.running
               ? lab_why_set(why, LAB_ERR_EXITED, "iperf3 as server ended")
               : err;
}

static double received(const json_t *end, const char *sum)
{
    return json_number_value(json_object_get(json_object_get(end, sum), "bytes"));
}

static void judge_exchange(struct lab_cell *cell, const char *text)
{
    json_t *all = json_loads(text, 0, NULL);
    const json_t *end = json_object_get(all, "end");
    const char *error = json_string_value(json_object_get(all, "error"));
    double up = received(end, "sum_received");
    double down = received(end, "sum_received_bidir_reverse");
    bool both = error == NULL && up > 0.0 && down > 0.0;
    lab_cell_check(cell, "traffic", both ? LAB_PASS : LAB_FAIL, true,
                   "TCP through the tunnel: %.0f octets up, %.0f down%s%s", up, down,
                   error != NULL ? ": " : "", error != NULL ? error : "");
    lab_cell_measure(cell, "traffic", json_pack("{s:f, s:f}", "up_octets", up, "down_octets", down), NULL);
    json_decref(all);
}

enum lab_go lab_step_exchange(struct lab_cell *cell)
{
    struct lab_why why;
    char *text = NULL;
    enum lab_err err = start_iperf(cell, &why);
    if (err != LAB_OK)
    {
        lab_cell_check(cell, "traffic", LAB_ERROR, true, "%s", why.text);
        return LAB_GO_STOP;
    }
    err = lab_around_event(cell, &why);
    if (err != LAB_OK)
    {
        lab_cell_check(cell, "traffic", LAB_ERROR, false, "%s", why.text);
        return LAB_GO_STOP;
    }
    const char *argv[] = {"iperf3", "-J", "-c",  inner_target(cell),  "-t",   "2", "--bidir", "-b",
                          "1500K",  "-l", "16K", "--connect-timeout", "3000", NULL};
    err = lab_tool_run(cell, argv, "traffic.json", IPERF_TIMEOUT_MS, &text, &why);
    if (err == LAB_OK)
    {
        judge_exchange(cell, text);
    }
    else if (err != LAB_ERR_INTERRUPTED && err != LAB_ERR_EXITED)
    {
        lab_cell_check(cell, "traffic", LAB_FAIL, true, "TCP through the tunnel: %s", why.text);
    }
    free(text);
    lab_proc_clear(&cell->traffic);
    return err == LAB_ERR_INTERRUPTED || err == LAB_ERR_EXITED ? LAB_GO_STOP : LAB_GO_ON;
}

#define HANDSHAKE "Control Channel: TLS"

/* Handshakes until the client had its tunnel: a challenge takes more than one. */
static unsigned handshakes_at_first(const struct lab_cell *cell)
{
    char path[LAB_PATH_MAX];
    struct lab_why why;
    char *text = NULL;
    size_t len;
    unsigned count = 0;
    lab_cell_log(cell, "client.log", path);
    if (lab_file_read(path, CLIENT_LOG_MAX, &text, &len, &why) == LAB_OK)
    {
        const char *ready = strstr(text, "Initialization Sequence Completed");
        for (const char *at = strstr(text, HANDSHAKE); at != NULL && (ready == NULL || at < ready);
             at = strstr(at + 1, HANDSHAKE))
        {
            count++;
        }
    }
    free(text);
    return count > 0 ? count : 1;
}

static bool both_rekeyed(void *arg)
{
    struct lab_cell *cell = arg;
    unsigned wanted = handshakes_at_first(cell) + 1;
    return !cell->client.running || !cell->server.running ||
           (lab_log_count(cell, "client.log", HANDSHAKE) >= wanted &&
            lab_log_count(cell, "server.log", HANDSHAKE) >= wanted);
}

enum lab_go lab_step_rekeyed(struct lab_cell *cell)
{
    struct lab_why why = {""};
    bool under_traffic = both_rekeyed(cell);
    enum lab_err err =
        lab_loop_until(cell->loop, both_rekeyed, cell, 50, lab_cell_patience_ms(cell, REKEY_TIMEOUT_MS));
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    if (!cell->client.running || !cell->server.running)
    {
        bool client = !cell->client.running;
        lab_tool_note_ended(cell, client ? "client" : "server", client ? &cell->client : &cell->server,
                            "around the renegotiation");
        return LAB_GO_ON;
    }
    if (err != LAB_OK)
    {
        lab_cell_check(cell, "renegotiation", LAB_FAIL, true, "no second handshake in both logs");
        return LAB_GO_ON;
    }
    bool passes = ping_size(cell, inner_target(cell), 100, &why);
    lab_cell_check(cell, "renegotiation", passes ? LAB_PASS : LAB_FAIL, true, "new keys %s; then %s",
                   under_traffic ? "while traffic ran" : "after the traffic", why.text);
    return LAB_GO_ON;
}
