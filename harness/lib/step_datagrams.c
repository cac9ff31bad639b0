/* Every packet by itself on the wire, for cases whose lengths are judged: a train of them
 * (segmentation offload, of UDP or of TCP) is one long packet to a capture, and is cut there. */
#include "lib/cell.h"
#include "lib/remote.h"
#include "lib/steps.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define ETHTOOL_TIMEOUT_MS 5000

enum lab_go lab_step_datagrams(struct lab_cell *cell)
{
    const struct
    {
        const char *netns;
        const char *interface;
    } ends[] = {{cell->topology->client_ns, cell->topology->client_if},
                {cell->topology->server_ns, cell->topology->server_if},
                /* A proxy there sends what the server gets. */
                {cell->topology->router_ns, cell->topology->router_server_if}};
    size_t count = cell->item->def->scenario->around.helper != NULL ? 3 : 2;
    char log[LAB_PATH_MAX];
    if (lab_remote_any(cell->topology))
    {
        return LAB_GO_ON; /* nothing is captured there */
    }
    lab_cell_log(cell, "ethtool.txt", log);
    for (size_t i = 0; i < count; i++)
    {
        bool tcp = strncmp(cell->item->def->scenario->proto, "tcp", 3) == 0;
        const char *argv[] = {"ethtool",
                              "-K",
                              ends[i].interface,
                              "tx-udp-segmentation",
                              "off",
                              tcp ? "tso" : NULL,
                              "off",
                              "gso",
                              "off",
                              NULL};
        const struct lab_proc_spec spec = {.argv = argv, .netns = ends[i].netns, .out_path = log};
        struct lab_why why;
        int status = 0;
        enum lab_err err = lab_proc_run(cell->loop, &spec, ETHTOOL_TIMEOUT_MS, &status, &why);
        if (err == LAB_ERR_INTERRUPTED)
        {
            return LAB_GO_STOP;
        }
        if (err != LAB_OK || status != 0)
        {
            lab_cell_note(cell, LAB_ERROR, false, "ethtool: %s",
                          err != LAB_OK ? why.text : "refused; see ethtool.txt");
            return LAB_GO_STOP;
        }
    }
    return LAB_GO_ON;
}
