/* What was agreed on, as both programs tell it, against what the scenario expects. Each subject
 * says itself how its log tells a fact (`supports log:FACT` prints a regular expression); one that
 * has no such line for a fact is not asked further. */
#include "lib/steps.h"

#include "lib/cell.h"
#include "lib/ns.h"
#include "lib/ready.h"
#include "lib/remote.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define REFUSAL_TIMEOUT_MS 15000

/* One fact in one log: whether it is told shall be `expected`. */
static void check_fact(struct lab_cell *cell, const char *role, const char *fact, bool expected)
{
    struct lab_subject *subject = strcmp(role, "client") == 0 ? cell->item->client : cell->item->server;
    char feature[48];
    char pattern[256];
    char log_name[16];
    char log[LAB_PATH_MAX];
    char name[64];
    struct lab_why why;
    bool supported = false;
    bool told = false;
    snprintf(feature, sizeof feature, "log:%s", fact);
    snprintf(name, sizeof name, "%s_says_%s", role, fact);
    snprintf(log_name, sizeof log_name, "%s.log", role);
    lab_cell_log(cell, log_name, log);
    enum lab_err err =
        lab_subject_supports(cell->loop, subject, feature, &supported, pattern, sizeof pattern, &why);
    if (err == LAB_OK && supported)
    {
        err = lab_file_matches(log, pattern, &told, &why);
    }
    if (err != LAB_OK)
    {
        lab_cell_check(cell, name, LAB_ERROR, false, "%s", why.text);
        return;
    }
    if (!supported)
    {
        lab_cell_check(cell, name, LAB_UNSUPPORTED, false, "%s", pattern);
        return;
    }
    lab_cell_check(cell, name, told == expected ? LAB_PASS : LAB_FAIL, false, "the %s's log %s '%s'%s", role,
                   told ? "tells" : "does not tell", fact,
                   told == expected ? "" : ", unlike what was expected");
}

static void check_facts(struct lab_cell *cell, const char *role)
{
    const struct lab_expect *expect = cell->item->def->scenario->expect;
    char fact[48];
    const struct
    {
        const char *kind;
        const char *value;
    } texts[] = {{"cipher", expect->cipher}, {"tls", expect->tls}, {"compression", expect->compression}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        bool elsewhere = i == 2 && expect->compression_pushed && strcmp(role, "server") == 0;
        if (texts[i].value != NULL && !elsewhere)
        {
            snprintf(fact, sizeof fact, "%s:%s", texts[i].kind, texts[i].value);
            check_fact(cell, role, fact, true);
        }
    }
    if (expect->no_tls)
    {
        return; /* no exporter, no epochs: there was no handshake that could bring them */
    }
    check_fact(cell, role, "tls-ekm", expect->ekm);
    check_fact(cell, role, "aead-epoch", expect->epoch);
    if (!expect->no_push)
    {
        /* As old as the exporter's flag: who pushes one pushes the other. */
        check_fact(cell, role, "dyn-tls-crypt", expect->ekm);
    }
}

struct mtu_question
{
    int mtu;
};

static void ask_mtu(void *arg)
{
    struct mtu_question *question = arg;
    struct ifreq request = {.ifr_name = "tun0"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    question->mtu = fd >= 0 && ioctl(fd, SIOCGIFMTU, &request) == 0 ? request.ifr_mtu : -1;
    if (fd >= 0)
    {
        close(fd);
    }
}

static enum lab_err find_mtu(const char *netns, struct mtu_question *question, struct lab_why *why)
{
    static const char *const words[] = {"mtu", "tun0", NULL};
    char said[32];
    if (!lab_remote_is(netns))
    {
        return lab_ns_call(netns, ask_mtu, question, why);
    }
    question->mtu = lab_remote_ask(netns, words, said, sizeof said) ? (int)strtol(said, NULL, 10) : -1;
    return LAB_OK;
}

static void check_device(struct lab_cell *cell)
{
    const struct lab_expect *expect = cell->item->def->scenario->expect;
    const char *netns = cell->topology->client_ns;
    struct mtu_question question = {-1};
    struct lab_why why;
    if (expect->mtu != 0)
    {
        enum lab_err err = find_mtu(netns, &question, &why);
        bool right = err == LAB_OK && question.mtu == (int)expect->mtu;
        lab_cell_check(cell, "mtu", right ? LAB_PASS : LAB_FAIL, false,
                       "the client's device has MTU %d, wanted %u", question.mtu, expect->mtu);
    }
    if (expect->client4 != NULL && !expect->no_inner4)
    {
        char has[64] = "none";
        bool right = lab_ready_address(netns, "tun0", expect->client4);
        (void)lab_ready_address_get(netns, "tun0", 4, has, sizeof has);
        lab_cell_check(cell, "address", right ? LAB_PASS : LAB_FAIL, false,
                       "the client's address is %s, wanted %s", has, expect->client4);
    }
}

enum lab_go lab_step_negotiated(struct lab_cell *cell)
{
    check_facts(cell, "client");
    check_facts(cell, "server");
    check_device(cell);
    return LAB_GO_ON;
}

struct refusing
{
    struct lab_cell *cell;
    bool told;
};

static bool refused(void *arg)
{
    struct refusing *refusing = arg;
    struct lab_cell *cell = refusing->cell;
    char path[LAB_PATH_MAX];
    struct lab_why why;
    const struct lab_expect *expect = cell->item->def->scenario->expect;
    lab_cell_log(cell, expect->server_refuses ? "server.log" : "client.log", path);
    (void)!lab_file_matches(path, expect->refusal, &refusing->told, &why);
    return refusing->told || !cell->client.running || !cell->server.running;
}

enum lab_go lab_step_refusal(struct lab_cell *cell)
{
    struct refusing refusing = {.cell = cell};
    char address[64];
    if (lab_step_start(cell, "client", cell->item->client, cell->topology->client_ns, &cell->client) !=
        LAB_OK)
    {
        return LAB_GO_STOP;
    }
    enum lab_err err =
        lab_loop_until(cell->loop, refused, &refusing, 50, lab_cell_patience_ms(cell, REFUSAL_TIMEOUT_MS));
    if (err == LAB_ERR_INTERRUPTED)
    {
        return LAB_GO_STOP;
    }
    (void)refused(&refusing);
    bool in = lab_ready_address_get(cell->topology->client_ns, "tun0", 4, address, sizeof address);
    lab_cell_check(cell, "refused", refusing.told && !in ? LAB_PASS : LAB_FAIL, true, "%s",
                   in              ? "the client was let in"
                   : refusing.told ? "it is refused, and the log of the end that refuses says why"
                                   : "the client was not let in, but no log says why");
    lab_cell_check(cell, "server_survives", cell->server.running ? LAB_PASS : LAB_FAIL, false,
                   "the server %s",
                   cell->server.running ? "still runs" : "ended over a client it had to refuse");
    lab_proc_clear(&cell->client);
    return LAB_GO_ON;
}

/* ovspec names what it recognised without keys: the protection, and that the keys changed. */
enum lab_go lab_step_wire(struct lab_cell *cell)
{
    const char *wrap = cell->item->def->scenario->expect->wrap;
    char log[LAB_PATH_MAX];
    char pattern[128];
    struct lab_why why;
    bool seen = false;
    if (!cell->captured || wrap == NULL || cell->verdict != LAB_PASS)
    {
        return LAB_GO_ON;
    }
    lab_cell_log(cell, "ovspec.txt", log);
    /* A renegotiation behind a move is not always seen as the same session's: the logs have told of it. */
    bool moved = cell->item->def->scenario->around.event != NULL;
    snprintf(pattern, sizeof pattern, "^# session [0-9]+: .*control %s[ ,].* %s negotiations", wrap,
             moved ? "[0-9]+" : "([2-9]|[0-9]{2,})");
    if (lab_file_matches(log, pattern, &seen, &why) != LAB_OK)
    {
        lab_cell_check(cell, "wire", LAB_ERROR, false, "%s", why.text);
        return LAB_GO_ON;
    }
    lab_cell_check(cell, "wire", seen ? LAB_PASS : LAB_FAIL, false, "the capture %s %s%s",
                   seen ? "shows" : "does not show", wrap, moved ? "" : " and a renegotiation");
    return LAB_GO_ON;
}
