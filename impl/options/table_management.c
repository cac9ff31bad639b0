#include "options/table_rows.h"

/* Management interface. */
static const struct ov_option rows[] = {
    OTHER("management", "address port|unix [file]", 2, 3, BOTH, management, "", "",
          "let a program control this one; file: its password"),
    FLAG("management-client", BOTH, management.connects_out, "2.1", "connect to the controlling program"),
    FLAG("management-client-auth", BOTH | SERVER, management.judges, "2.1",
         "ask management about every client"),
    TEXT("management-client-group", "group", BOTH, management.peer_group, "", "2.1",
         "who may come over a unix socket: a group"),
    TEXT("management-client-user", "user", BOTH, management.peer_user, "", "2.1",
         "who may come over a unix socket: a user"),
    TEXT("management-external-cert", "hint", BOTH | CLIENT, management.cert_hint, "", "2.4",
         "ask management for the certificate"),
    OTHER("management-external-key", "[nopadding] [pkcs1] [pss] [digest]", 0, 4, BOTH | CLIENT, external_key,
          "pkcs1", "2.3", "let management sign: which paddings it can do or leave out"),
    FLAG("management-forget-disconnect", BOTH, management.forgets_with_it, "2.1",
         "forget passwords when management leaves"),
    FLAG("management-hold", BOTH, management.hold, "", "start only when management says so"),
    NUMBER("management-log-cache", "lines", BOTH, management.log_lines, 1, 250, "250", "",
           "how much of the log is kept for management"),
    FLAG("management-query-passwords", BOTH, management.query_passwords, "",
         "ask management for name and password, and for the key's password"),
    FLAG("management-query-proxy", BOTH | CLIENT, management.query_proxy, "2.3",
         "ask management for the proxy, unless it is asked for the server"),
    FLAG("management-query-remote", BOTH | CLIENT, management.query_remote, "2.3",
         "ask management for the server"),
    FLAG("management-signal", BOTH, management.ends_with_it, "2.1", "restart when management leaves"),
    FLAG("management-up-down", BOTH, management.up_down, "2.3",
         "tell management when the tunnel comes and goes"),
};

GROUP(ov_options_management, "Management:", rows);
