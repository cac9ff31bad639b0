#include "lib/steps.h"

#include "lib/cell.h"
#include "lib/clock.h"
#include "lib/ready.h"
#include "lib/remote.h"
#include "lib/tool.h"

#include <stdio.h>
#include <string.h>

#define SERVER_TIMEOUT_MS  10000
#define CONNECT_TIMEOUT_MS 15000
#define POLL_MS            5

enum lab_go lab_step_capture(struct lab_cell *cell)
{
    char counts[LAB_PATH_MAX];
    struct lab_why why;
    if (lab_remote_any(cell->topology))
    {
        lab_cell_check(cell, "capture", LAB_UNSUPPORTED, false,
                       "the wire between two other machines is not ours");
        return LAB_GO_ON;
    }
    lab_cell_log(cell, "capture.txt", counts);
    enum lab_err err = lab_capture_start(cell->loop, &cell->capture, cell->paths->self,
                                         cell->topology->capture_ns, cell->topology->capture_if,
                                         cell->item->def->scenario->port, cell->pcap, counts, &why);
    cell->capturing = err == LAB_OK;
    if (err != LAB_OK)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
        return LAB_GO_STOP;
    }
    return LAB_GO_ON;
}

enum lab_err lab_step_start(struct lab_cell *cell, const char *role, const struct lab_subject *subject,
                            const char *netns, struct lab_proc *proc)
{
    char config[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    char log_name[16];
    struct lab_why why;
    snprintf(log_name, sizeof log_name, "%s.log", role);
    lab_cell_log(cell, log_name, log);
    enum lab_err err = lab_cell_config(cell, role, config, &why);
    if (err == LAB_OK)
    {
        const char *argv[] = {subject->path, role, config, NULL};
        const struct lab_proc_spec spec = {.argv = argv, .netns = netns, .out_path = log};
        err = lab_proc_spawn(cell->loop, proc, &spec, &why);
    }
    if (err != LAB_OK)
    {
        lab_cell_note(cell, LAB_ERROR, false, "%s: %s", role, why.text);
    }
    return err;
}

static bool is_tcp(const struct lab_scenario *scenario)
{
    return strncmp(scenario->proto, "tcp", 3) == 0;
}

static bool server_is_settled(void *arg)
{
    struct lab_cell *cell = arg;
    const struct lab_scenario *scenario = cell->item->def->scenario;
    bool (*ready)(const char *netns, uint16_t port) =
        is_tcp(scenario) ? lab_ready_tcp_listens : lab_ready_udp_bound;
    return !cell->server.running || ready(cell->topology->server_ns, scenario->port);
}

enum lab_go lab_step_server(struct lab_cell *cell)
{
    uint64_t timeout_ms = lab_cell_patience_ms(cell, SERVER_TIMEOUT_MS);
    if (lab_step_start(cell, "server", cell->item->server, cell->topology->server_ns, &cell->server) !=
        LAB_OK)
    {
        return LAB_GO_STOP;
    }
    enum lab_err err = lab_loop_until(cell->loop, server_is_settled, cell, POLL_MS, timeout_ms);
    if (!cell->server.running)
    {
        lab_tool_note_ended(cell, "server", &cell->server, "instead of listening");
        return LAB_GO_STOP;
    }
    if (err == LAB_ERR_TIMEOUT)
    {
        char words[256];
        lab_cell_last_words(cell, "server.log", words, sizeof words);
        lab_cell_note(cell, LAB_FAIL, true, "the server did not listen on %s port %u within %.1f s%s",
                      is_tcp(cell->item->def->scenario) ? "TCP" : "UDP", cell->item->def->scenario->port,
                      (double)timeout_ms / 1e3, words);
        return LAB_GO_STOP;
    }
    return err == LAB_OK ? LAB_GO_ON : LAB_GO_STOP;
}

struct connecting
{
    struct lab_cell *cell;
    struct lab_proc ping;
    char address[64];
    uint64_t address_us;
};

static bool inner_is_v6(const struct lab_cell *cell)
{
    const struct lab_expect *expect = cell->item->def->scenario->expect;
    return expect != NULL && expect->no_inner4;
}

static bool has_address(void *arg)
{
    struct connecting *state = arg;
    struct lab_cell *cell = state->cell;
    int family = inner_is_v6(cell) ? 6 : 4;
    if (lab_ready_address_get(cell->topology->client_ns, "tun0", family, state->address,
                              sizeof state->address))
    {
        state->address_us = lab_now_us();
        return true;
    }
    return !cell->client.running || !cell->server.running;
}

static bool ping_settled(void *arg)
{
    struct connecting *state = arg;
    return !state->ping.running || !state->cell->client.running || !state->cell->server.running;
}

/* Why the tunnel is not up, from what is known. */
static void note_no_tunnel(struct connecting *state, bool has_an_address)
{
    struct lab_cell *cell = state->cell;
    char words[256];
    double seconds = (double)lab_cell_patience_ms(cell, CONNECT_TIMEOUT_MS) / 1e3;
    if (!cell->client.running)
    {
        lab_tool_note_ended(cell, "client", &cell->client, "instead of connecting");
        return;
    }
    if (!cell->server.running)
    {
        lab_tool_note_ended(cell, "server", &cell->server, "while the client connected");
        return;
    }
    lab_cell_last_words(cell, "client.log", words, sizeof words);
    if (has_an_address)
    {
        lab_cell_note(cell, LAB_FAIL, true, "tun0 has address %s, but no ping came back within %.1f s%s",
                      state->address, seconds, words);
        return;
    }
    lab_cell_note(cell, LAB_FAIL, true, "no tunnel within %.1f s%s", seconds, words);
}

/* One ping that sends every 5 ms and ends with the first answer. */
static enum lab_err first_answer(struct connecting *state, uint64_t deadline_ms)
{
    struct lab_cell *cell = state->cell;
    const struct lab_scenario *scenario = cell->item->def->scenario;
    const char *target = inner_is_v6(cell) ? scenario->server_tunnel6 : scenario->server_tunnel4;
    const char *argv[] = {"ping", "-n", "-q", "-i", "0.005", "-c", "1", "-w", "60", target, NULL};
    char log[LAB_PATH_MAX];
    struct lab_why why;
    lab_cell_log(cell, "connect-ping.txt", log);
    const struct lab_proc_spec spec = {.argv = argv, .netns = cell->topology->client_ns, .out_path = log};
    enum lab_err err;
    do
    {
        /* Ends early with an error while the route is not there yet: again. */
        err = lab_proc_spawn(cell->loop, &state->ping, &spec, &why);
        if (err != LAB_OK)
        {
            lab_cell_note(cell, LAB_ERROR, false, "%s", why.text);
            return err;
        }
        uint64_t now_ms = lab_now_ms();
        err = lab_loop_until(cell->loop, ping_settled, state, 50,
                             deadline_ms > now_ms ? deadline_ms - now_ms : 0);
        bool answered = err == LAB_OK && lab_proc_exited_with(&state->ping, 0);
        lab_proc_clear(&state->ping);
        if (answered)
        {
            return LAB_OK;
        }
    } while (err == LAB_OK && cell->client.running && cell->server.running && lab_now_ms() < deadline_ms);
    return err == LAB_OK ? LAB_ERR_TIMEOUT : err;
}

enum lab_go lab_step_connect(struct lab_cell *cell)
{
    const struct lab_scenario *scenario = cell->item->def->scenario;
    struct connecting state = {.cell = cell};
    if (lab_step_start(cell, "client", cell->item->client, cell->topology->client_ns, &cell->client) !=
        LAB_OK)
    {
        return LAB_GO_STOP;
    }
    uint64_t timeout_ms = lab_cell_patience_ms(cell, CONNECT_TIMEOUT_MS);
    uint64_t deadline_ms = lab_now_ms() + timeout_ms;
    enum lab_err err = lab_loop_until(cell->loop, has_address, &state, POLL_MS, timeout_ms);
    bool has_an_address = state.address[0] != '\0';
    if (err == LAB_OK && has_an_address)
    {
        err = first_answer(&state, deadline_ms);
    }
    uint64_t up_us = lab_now_us();
    if (err == LAB_ERR_INTERRUPTED || cell->verdict == LAB_ERROR)
    {
        return LAB_GO_STOP;
    }
    if (err != LAB_OK || !has_an_address)
    {
        note_no_tunnel(&state, has_an_address);
        return LAB_GO_STOP;
    }
    double started = (double)cell->client.started_us;
    lab_cell_measure(cell, "connect",
                     json_pack("{s:f, s:f}", "answered_ms", ((double)up_us - started) / 1e3, "address_ms",
                               ((double)state.address_us - started) / 1e3),
                     NULL);
    snprintf(cell->source4, sizeof cell->source4, "%s", state.address);
    snprintf(cell->target4, sizeof cell->target4, "%s", scenario->server_tunnel4);
    snprintf(cell->target6, sizeof cell->target6, "%s", scenario->server_tunnel6);
    return LAB_GO_ON;
}
