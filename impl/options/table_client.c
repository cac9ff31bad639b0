#include "options/table_rows.h"

/* Client only. */
static const struct ov_option rows[] = {
    OTHER("client", "", 0, 0, BOTH | CLIENT, client, "", "", "be a client: tls-client and pull"),
    OTHER("pull", "", 0, 0, BOTH | CLIENT, pull, "", "", "take options from the server"),
    OTHER("remote", "host [port] [proto]", 1, 3, BOTH | CONN | MANAGE | CLIENT, remote, "", "",
          "where the server is; several are tried in turn"),
    OTHER("resolv-retry", "seconds|infinite", 1, 1, BOTH | CLIENT, resolv_retry, "infinite", "",
          "how long to try to look a name up"),
    OTHER("connect-retry", "seconds [most]", 1, 2, BOTH | CONN | CLIENT, connect_retry, "1 300", "",
          "pause before connecting again; it grows"),
    OTHER("connect-timeout", "seconds", 1, 1, BOTH | CONN | CLIENT, connect_timeout, "120", "",
          "how long to wait for a server's first answer; beside server-poll-timeout: until the tunnel is up"),
    OTHER("server-poll-timeout", "seconds", 1, 1, BOTH | CONN | CLIENT, connect_timeout, "120", "2.2",
          "how long to wait for a server's first answer before the next one is tried"),
    NUMBER("connect-retry-max", "n", BOTH | CONN | CLIENT, connect_retry_rounds, 0, 1000000, "0, no limit",
           "2.1", "how often to go through all remotes without success before giving up"),
    OTHER("connection", "", 0, 0, OV_IN_FILE | BLOCK | CLIENT, connection, "", "2.1",
          "a block of options for one remote"),
    OTHER("pull-filter", "accept|ignore|reject text", 2, 2, BOTH | CLIENT, pull_filter, "", "2.4",
          "choose among pushed options; the first filter that an option starts with decides"),
    FLAG("push-peer-info", BOTH, hooks.push_peer_info, "2.1",
         "tell the server more about this client: system, TLS library, hardware address, UV_ variables"),
    FLAG("remote-random", BOTH | CLIENT, remote_random, "", "try the remotes in random order"),
    FLAG("remote-random-hostname", BOTH | CLIENT, remote_random_hostname, "2.1",
         "put random letters and a dot before host names, past caches of name servers"),
    /* These come from servers only. */
    OTHER("peer-id", "number", 1, 1, PUSH | VITAL, peer_id, "", "2.3",
          "number of this client, in every packet"),
    OTHER("protocol-flags", "flag ...", 0, MANY, PUSH, protocol_flags, "", "2.6", "variants of the protocol"),
    OTHER("key-derivation", "tls-ekm", 1, 1, PUSH | VITAL, key_derivation, "", "2.6",
          "how data keys are made"),
    OTHER("push-continuation", "1|2", 1, 1, PUSH, continuation, "", "2.1", "whether another message follows"),
};

GROUP(ov_options_client, "Client:", rows);
