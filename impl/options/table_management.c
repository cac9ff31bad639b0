#include "options/table_rows.h"

/* Management interface. */
static const struct ov_option rows[] = {
    OTHER("management", "address port|unix [file]", 2, 3, BOTH, management, "", "",
          "let a program control this one; file: its password"),
    PLANNED("management-client", "", 0, 0, BOTH, "2.1", "connect to the controlling program"),
    PLANNED("management-client-auth", "", 0, 0, BOTH, "2.1", "ask management about every client"),
    PLANNED("management-client-group", "group", 1, 1, BOTH, "2.1", "who may connect: a group"),
    PLANNED("management-client-user", "user", 1, 1, BOTH, "2.1", "who may connect: a user"),
    PLANNED("management-external-cert", "hint", 1, 1, BOTH, "2.4", "ask management for the certificate"),
    PLANNED("management-external-key", "[mode ...]", 0, 3, BOTH, "2.3", "let management sign"),
    PLANNED("management-forget-disconnect", "", 0, 0, BOTH, "2.1", "forget passwords when management leaves"),
    FLAG("management-hold", BOTH, management.hold, "", "start only when management says so"),
    MOOT("management-log-cache", "lines", 1, 1, BOTH, "", "how much of the log is kept",
         "the last 250 lines are"),
    FLAG("management-query-passwords", BOTH, management.query_passwords, "",
         "ask management for name and password"),
    PLANNED("management-query-proxy", "", 0, 0, BOTH, "2.3", "ask management for the proxy"),
    PLANNED("management-query-remote", "", 0, 0, BOTH, "2.3", "ask management for the server"),
    PLANNED("management-signal", "", 0, 0, BOTH, "2.1", "restart when management leaves"),
    PLANNED("management-up-down", "", 0, 0, BOTH, "2.3", "tell management when the tunnel comes and goes"),
};

GROUP(ov_options_management, "Management:", rows);
