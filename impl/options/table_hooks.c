#include "options/table_rows.h"

/* Programs and plugins that are called. */
static const struct ov_option rows[] = {
    OTHER("client-connect", "command", 1, 1, BOTH | SERVER, client_connect, "", "",
          "program called when a client comes; it may refuse it or write settings for it"),
    OTHER("client-disconnect", "command", 1, 1, BOTH | SERVER, client_disconnect, "", "",
          "program called when a client leaves"),
    OTHER(
        "up", "command", 1, 1, BOTH, hook, "", "",
        "program called when the tunnel has its addresses: device mtu 0 address remote|netmask init|restart"),
    OTHER("down", "command", 1, 1, BOTH, hook, "", "", "program called when the tunnel is gone, likewise"),
    FLAG("down-pre", BOTH, hooks.down_pre, "", "call 'down' while the device still has its addresses"),
    FLAG("up-restart", BOTH, hooks.up_restart, "",
         "call 'up' and 'down' for restarts that keep the device (persist-tun) too"),
    MOOT("up-delay", "", 0, 0, BOTH, "", "open the device only when connected",
         "a client's device gets addresses, and 'up' is called, once it is connected"),
    OTHER("route-up", "command", 1, 1, BOTH, hook, "", "", "program called when the routes are set"),
    OTHER("route-pre-down", "command", 1, 1, BOTH, hook, "", "2.3", "program called before the routes go"),
    OTHER("ipchange", "command", 1, 1, BOTH, hook, "", "",
          "program called when the peer's address is known or changes: address port"),
    OTHER("setenv", "name [value]", 1, MANY, BOTH, setenv, "", "",
          "variable for programs; UV_NAME is sent along with push-peer-info; 'opt' option: leave it out "
          "where it "
          "is unknown"),
    OTHER("setenv-safe", "name [value]", 1, 2, BOTH | PUSH, setenv_safe, "", "2.1",
          "variable for programs, called OPENVPN_name"),
    OTHER("learn-address", "command", 1, 1, BOTH | SERVER, learn_address, "", "",
          "program called for every address of a client; a client with a refused one is refused"),
    PLANNED_HINT("plugin", "file [text]", 1, 2, BOTH, "", "load a plugin",
                 "programs can be called instead: auth-user-pass-verify, client-connect, up ..."),
    TEXT("tls-export-cert", "dir", BOTH, certs.export_dir, "", "2.1",
         "where a peer's certificate is written while tls-verify runs, which finds it by peer_cert"),
};

GROUP(ov_options_hooks, "Programs:", rows);
