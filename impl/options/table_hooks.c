#include "options/table_rows.h"

/* Programs and plugins that are called. */
static const struct ov_option rows[] = {
    OTHER("client-connect", "command", 1, 1, BOTH | SERVER, client_connect, "", "",
          "program called when a client comes; it may refuse it or write settings for it"),
    OTHER("client-disconnect", "command", 1, 1, BOTH | SERVER, client_disconnect, "", "",
          "program called when a client leaves"),
    PLANNED("down", "command", 1, 1, BOTH, "", "program called when the tunnel goes"),
    PLANNED("down-pre", "", 0, 0, BOTH, "", "call 'down' while the device is still there"),
    PLANNED("ipchange", "command", 1, 1, BOTH, "", "program called when the peer's address changes"),
    OTHER("learn-address", "command", 1, 1, BOTH | SERVER, learn_address, "", "",
          "program called for every address of a client; a client with a refused one is refused"),
    PLANNED("plugin", "file [text]", 1, 2, BOTH, "", "load a plugin"),
    PLANNED("route-pre-down", "command", 1, 1, BOTH, "2.3", "program called before routes go"),
    PLANNED("route-up", "command", 1, 1, BOTH, "", "program called when routes are set"),
    PLANNED("setenv", "name [value]", 1, 2, BOTH, "", "variable for programs"),
    PLANNED("setenv-safe", "name [value]", 1, 2, BOTH | PUSH, "2.1", "variable for programs, with a prefix"),
    PLANNED("tls-export-cert", "dir", 1, 1, BOTH, "2.1",
            "where peers' certificates are written for tls-verify"),
    PLANNED("up", "command", 1, 1, BOTH, "", "program called when the tunnel comes"),
    PLANNED("up-delay", "", 0, 0, BOTH, "", "open the device only when connected"),
    PLANNED("up-restart", "", 0, 0, BOTH, "", "call 'up' and 'down' over restarts too"),
};

GROUP(ov_options_hooks, "Programs:", rows);
