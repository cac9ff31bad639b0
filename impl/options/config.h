#ifndef OV_OPTIONS_CONFIG_H
#define OV_OPTIONS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/key2.h"
#include "crypto/crypto.h"
#include "options/certs.h"
#include "options/hooks.h"
#include "options/login.h"
#include "options/ncp.h"
#include "options/outer.h"
#include "options/place.h"
#include "options/process.h"
#include "options/proxy.h"
#include "options/text.h"
#include "wire/comp_frame.h"

/* The settings of one client or server. Complete and checked; nobody changes
 * them after parsing. Strings and lists belong to struct ov_options. */

struct ov_remote
{
    const char *host; /* name or address; NULL: whoever comes (static key mode) */
    uint16_t port;
    enum ov_proto proto;
    const struct ov_config *config; /* of its <connection> block; NULL: the configuration as a whole */
};

/* IPv4 addresses are numbers in host order, 10.8.0.1 is 0x0a080001. */
/* Words that stand for an address which is known once the client is connected. */
enum ov_route_word
{
    OV_ROUTE_ADDRESS = 0, /* no word: the address itself */
    OV_ROUTE_VPN,         /* vpn_gateway: the other end of the tunnel */
    OV_ROUTE_NET,         /* net_gateway: where the default route led before */
    OV_ROUTE_REMOTE       /* remote_host: the server's outer address */
};

struct ov_route4
{
    uint32_t net;
    uint8_t bits;     /* 0..32; no host bits are set in net */
    bool has_gateway; /* false: through the tunnel, by route_gateway */
    uint32_t gateway;
    uint32_t metric;      /* 0: let the kernel choose */
    uint8_t net_word;     /* enum ov_route_word; not ADDRESS: stands for net */
    uint8_t gateway_word; /* with has_gateway: stands for gateway */
    const char *name;     /* host name: stands for net, bits is 32; NULL: net counts */
};

struct ov_route6
{
    uint8_t net[16];
    uint8_t bits; /* 0..128 */
    bool has_gateway;
    uint8_t gateway[16];
    uint32_t metric;
    uint8_t gateway_word; /* with has_gateway: OV_ROUTE_NET stands for gateway */
};

/* More routes than this in one configuration or push reply are refused. */
#define OV_ROUTES_MAX 4096u

/* What an IPv4 address in the tunnel means [WP-PUSH-020]. */
enum ov_topology
{
    OV_TOPOLOGY_UNSET = 0, /* nobody said: subnet for a server [WP-PUSH-023], net30 for who pulls */
    OV_TOPOLOGY_SUBNET,    /* everybody shares one network */
    OV_TOPOLOGY_NET30,     /* four addresses for each client, as old Windows clients need */
    OV_TOPOLOGY_P2P        /* one address each, the server's own is the other end */
};

const char *ov_topology_name(enum ov_topology topology);

/* --redirect-gateway, --redirect-private */
enum
{
    OV_REDIRECT_ON = 1, /* one of both was given: the way to the server stays outside the tunnel */
    OV_REDIRECT_IP4 = 2,
    OV_REDIRECT_IP6 = 4,
    OV_REDIRECT_DEF1 = 8,        /* two halves beside the default route instead of another one */
    OV_REDIRECT_LOCAL = 16,      /* the server is in our own network and needs no route */
    OV_REDIRECT_AUTOLOCAL = 32,  /* find out whether it is */
    OV_REDIRECT_BLOCK_LOCAL = 64 /* our own network goes through the tunnel too */
};

/* --pull-filter: the first one whose text a pushed option starts with decides. */
enum ov_pull_action
{
    OV_PULL_ACCEPT = 0,
    OV_PULL_IGNORE,
    OV_PULL_REJECT /* the connection starts over */
};

struct ov_pull_filter
{
    enum ov_pull_action action;
    const char *start;
};

/* What the tun device and the routing table get. */
struct ov_tunnel
{
    const char *dev;  /* "tun" (the kernel numbers it) or a full name such as "tun3" */
    const char *node; /* --dev-node; NULL: /dev/net/tun */
    bool tap;         /* an Ethernet device: packets are frames, and the topology is always subnet */
    bool recursive;   /* the tunnel's own packets may go into it */
    uint32_t mtu;     /* --tun-mtu, 1500 */
    uint32_t
        mtu_extra; /* --tun-mtu-extra: what a packet may have beyond the MTU; 32 for tap, its header's room */
    bool has_mac;  /* --lladdr */
    uint8_t mac[6];
    uint32_t queue_len; /* --txqueuelen, packets; 0: as the kernel makes it */
    enum ov_topology topology;
    bool has_ip4;
    uint32_t ip4;
    uint8_t ip4_bits;
    bool has_ip4_remote; /* point to point: ip4_bits is 32, and the other end is ... */
    uint32_t ip4_remote;
    bool has_ip6;
    uint8_t ip6[16];
    uint8_t ip6_bits;
    bool has_ip6_remote; /* second argument of --ifconfig-ipv6 */
    uint8_t ip6_remote[16];
    bool has_route_gateway;
    uint32_t route_gateway;
    bool has_route6_gateway;
    uint8_t route6_gateway[16];
    uint32_t route_table; /* 0: the main one */
    bool block_ip6;       /* IPv6 that this machine sends is answered as unreachable */
    const struct ov_route4 *routes4;
    size_t routes4_count;
    const struct ov_route6 *routes6;
    size_t routes6_count;
    uint32_t redirect; /* OV_REDIRECT_* */
    bool route_noexec; /* leave the routing table alone */
    bool ifconfig_noexec;
    uint32_t route_delay_s; /* routes come so long after the addresses */
};

/* Octets of the largest tunnel packet, where the MTU is this. */
static inline uint32_t ov_tunnel_packet(const struct ov_tunnel *tunnel, uint32_t mtu)
{
    return mtu + tunnel->mtu_extra;
}

/* Seconds; 0: off [WP-PING-002, 003]. At most one of restart and exit is set. */
struct ov_keepalive
{
    uint32_t ping_s;
    uint32_t ping_restart_s;
    uint32_t ping_exit_s;
    uint32_t inactive_s;        /* the session ends after this time with ... 0: never */
    uint64_t inactive_octets;   /* ... less than this through the tunnel; 0: nothing at all */
    uint32_t session_timeout_s; /* the session ends after this time; 0: never */
};

/* Only meaningful for servers. Pools are inclusive ranges [WP-PUSH-022]. */
struct ov_pool
{
    uint32_t ip4_first;
    uint32_t ip4_last;
    uint32_t ip4_mask; /* pushed with topology subnet; 0: that of the server */
    bool net30;        /* in blocks of four: the client has the third, its other end is the second */
    bool has_ip6;
    uint8_t ip6_first[16];
    uint32_t ip6_count; /* addresses from ip6_first */
};

/* --mssfix: how the number is meant [WP-MTU-001, 002, 003]. */
enum ov_mssfix_mode
{
    OV_MSSFIX_DEFAULT = 0, /* 1492 mtu while tun-mtu is 1500, otherwise off */
    OV_MSSFIX_MTU,         /* the outer packet with its IP and UDP header */
    OV_MSSFIX_PAYLOAD,     /* the outer packet without them */
    OV_MSSFIX_FIXED        /* the inner packet */
};

struct ov_mssfix
{
    enum ov_mssfix_mode mode;
    uint32_t octets; /* 0: leave TCP alone (not in mode DEFAULT) */
};

/* --allow-compression [WP-COMP-013] */
enum ov_comp_allow
{
    OV_COMP_ALLOW_DEFAULT = 0, /* no; asym if an algorithm is configured */
    OV_COMP_ALLOW_NO,          /* framing, but nothing that is compressed */
    OV_COMP_ALLOW_ASYM,        /* expand what comes, compress nothing */
    OV_COMP_ALLOW_YES          /* both */
};

struct ov_compression
{
    enum ov_comp_mode mode; /* OV_COMP_OFF: no framing */
    enum ov_comp_allow allow;
    bool migrate;    /* server: compress migrate [WP-COMP-012] */
    bool expands;    /* takes compressed packets: follows from the rest, before any push */
    bool compresses; /* makes them */
};

/* --fragment: payload of a piece [WP-FRAG-005]. */
struct ov_fragmenting
{
    uint32_t octets; /* of an outer packet without its IP and UDP header; 0: off */
    bool mtu;        /* with them */
};

/* --data-path: how packets move between tun device and socket. */
enum ov_data_path
{
    OV_DATA_PATH_AUTO = 0, /* the fastest that this kernel has */
    OV_DATA_PATH_PLAIN,    /* one packet, one call */
    OV_DATA_PATH_BATCH,    /* several datagrams a call */
    OV_DATA_PATH_OFFLOAD,  /* super-packets; an error if the kernel has none */
    OV_DATA_PATH_URING     /* several of them a call, by io_uring; where that can't be, as auto */
};

/* --data-threads: a thread for each direction. */
enum ov_data_threads
{
    OV_DATA_THREADS_OFF = 0,
    OV_DATA_THREADS_AUTO, /* while both directions carry much */
    OV_DATA_THREADS_TWO
};

/* --mtu-disc */
enum ov_mtu_disc
{
    OV_MTU_DISC_SYSTEM = 0, /* as the kernel is set */
    OV_MTU_DISC_NO,
    OV_MTU_DISC_MAYBE,
    OV_MTU_DISC_YES
};

#define OV_TUN_MTU_MIN   68u
#define OV_TUN_MTU_LIMIT 9000u /* packet buffers are sized by what is configured (ov_buf_packet_for) */
#define OV_PUSH_OPTION   255u  /* longest option in a push reply [WP-PUSH-011] */
#define OV_POOL4_MAX     65536u
#define OV_INFINITE      UINT32_MAX

/* --management */
struct ov_management
{
    const char *address;     /* or a path; NULL: none */
    const char *port;        /* or "unix" */
    struct ov_text password; /* first line counts; from NULL: none */
    bool hold;
    bool query_passwords;
    bool query_remote;
    bool query_proxy;
    bool connects_out;      /* --management-client */
    const char *peer_user;  /* who may come over a unix socket; NULL: anybody */
    const char *peer_group; /* one of its groups */
    bool ends_with_it;      /* --management-signal: start over when it leaves */
    bool forgets_with_it;   /* --management-forget-disconnect */
    bool up_down;           /* tell when the tunnel comes and goes */
    bool judges;            /* --management-client-auth */
    const char *cert_hint;  /* --management-external-cert; NULL: none */
    uint32_t log_lines;     /* 250 */
};

struct ov_config
{
    enum ov_wish wish;   /* not OV_WISH_RUN or _CHECK: nothing else below is checked */
    const char *help_on; /* --help NAME; NULL: all of it */
    const char *way_to;  /* --show-gateway ADDRESS; NULL: the default route */
    const char *checked; /* --check-config: which file */
    bool check_json;     /* ... and its findings as JSON */
    enum ov_role role;   /* client: tls-client and pull; server: tls-server in mode server */

    bool p2p; /* point to point: the role is that of TLS only, nobody pushes or pulls */

    /* outer socket */
    const char *local; /* address or name to bind; NULL: any */
    enum ov_proto proto;
    const struct ov_listener *listeners; /* server: its sockets, the first as local, lport and proto say */
    size_t listeners_count;              /* 0: not a server, or point to point */
    bool bind;                           /* false: --nobind, the kernel chooses the port */
    bool bind_given; /* --bind, --lport or --local: a TCP client binds only then, as in 2.x */
    uint16_t lport;  /* 1194; 0: the kernel chooses */
    uint16_t rport;  /* default port of remotes, 1194 */
    uint32_t sndbuf; /* octets; 0: leave the system's default */
    uint32_t rcvbuf;
    const char *bind_dev;          /* network device of the socket; NULL: any */
    struct ov_outer_options outer; /* what is done to packets on their way out */
    enum ov_mtu_disc mtu_disc;     /* of the UDP socket */
    uint32_t mark;                 /* of outer packets, for rules of the kernel; 0: none */
    bool multihome;                /* UDP server: answers leave from the address that was asked */
    const char *share_host;        /* --port-share: where foreign TCP streams go; NULL: nowhere */
    const char *share_port;
    const char *share_dir;           /* files that say whose they are; NULL: none */
    uint32_t tcp_queue;              /* 64: packets that may wait for a slow TCP peer */
    bool tcp_nodelay;                /* server: pushed to clients; ovref itself never delays */
    bool float_allowed;              /* client: the server may change its address [WP-CLI-009] */
    const struct ov_remote *remotes; /* client: tried in this order, then again [WP-CLI-001]; never empty */
    size_t remotes_count;
    uint32_t resolv_retry_s;       /* OV_INFINITE by default */
    uint32_t connect_timeout_s;    /* 120: until the first answer of one server [WP-CLI-003] */
    uint32_t connect_master_s;     /* until the tunnel is up, over all of an attempt; 0: no such limit */
    uint32_t connect_retry_rounds; /* passes over the remotes without success; 0: no limit [WP-CLI-005] */
    bool remote_random;            /* [WP-CLI-002] */
    bool remote_random_hostname;
    struct ov_proxy_options proxy; /* on the way to the remotes */
    uint32_t connect_retry_s;      /* 1 [WP-CLI-004] */
    uint32_t connect_retry_max_s;  /* 300 */

    /* control channel */
    const char *data_engine; /* data channel cipher: NULL or "auto", "none", or an engine's name */
    const char *tls_backend; /* "openssl", "mbedtls"; NULL: the first one that is built in */
    bool fresh_entropy;      /* --use-prediction-resistance: the random generator reseeds for each request */
    struct ov_text ca;
    struct ov_text cert;
    struct ov_text key;
    struct ov_text tls_crypt; /* from NULL: not given */
    struct ov_text tls_auth;
    int8_t key_direction;               /* 0, 1; -1: none */
    struct ov_text tls_crypt_v2;        /* client: its key; server: the server key */
    bool tls_crypt_v2_force_cookie;     /* only clients that can be answered statelessly [WP-TC2-023] */
    uint32_t tls_crypt_v2_max_age_days; /* server: 0: any [WP-TC2-007] */
    enum ov_tls_version tls_version_min;
    enum ov_tls_version tls_version_max;
    bool tls_version_min_or_highest; /* take the library's highest if it lacks tls_version_min */
    bool tls_exit;                   /* a handshake that fails is the end */
    bool remote_cert_tls;            /* the peer needs key usage and EKU of the other role [WP-TLS-006] */
    uint32_t tls_timeout_s;          /* 2: first retransmission */
    uint32_t hand_window_s;          /* 60 */
    uint32_t tran_window_s;          /* 3600 */
    uint32_t reneg_s;                /* 3600: upper end; 0: never by time */
    uint32_t reneg_min_s;            /* lower end; a time between both is drawn. Client: same as reneg_s */

    uint64_t reneg_bytes;     /* 0: no limit */
    bool reneg_bytes_given;   /* else ciphers with small blocks have one [WP-STATE-024] */
    uint64_t reneg_packets;   /* 0: no limit */
    uint32_t max_packet_size; /* 1250: control packets with IP and UDP header [WP-REL-040] */

    /* static key mode: without TLS, role client, p2p (section 6.6) */
    struct ov_text secret; /* from NULL: TLS */
    bool static_allowed;
    bool listens; /* TCP: the peer connects to us; remotes say who may */
    bool no_occ;  /* don't ask for the peer's options */
    enum ov_cipher_id static_cipher;

    /* data channel */
    const char *const *providers; /* parts of the TLS library to be loaded */
    size_t providers_count;
    struct ov_ciphers data_ciphers;
    bool has_fallback;
    enum ov_cipher_id fallback; /* --data-ciphers-fallback [WP-NCP-004, 007] */
    const char *occ_cipher;     /* name in the options string only: "BF-CBC" unless --cipher says else */
    enum ov_digest_id auth;     /* SHA1; AEAD ciphers don't use it, the options string names it */
    bool auth_none;             /* --auth none */
    uint32_t tun_mtu_max;       /* 1600: largest tun-mtu accepted by push, sent as IV_MTU [WP-MTU-012] */
    uint32_t occ_mtu;           /* tun-mtu in the options string: second argument of --tun-mtu; 0: same */
    uint32_t replay_window;     /* 64 packets */
    uint32_t replay_time_s;     /* 15 */
    struct ov_mssfix mssfix;
    struct ov_fragmenting fragment;
    struct ov_compression compression;
    enum ov_data_path data_path;
    enum ov_data_threads data_threads;
    struct ov_keepalive keepalive;
    uint32_t exit_notify; /* client: 0 silent, n attempts; server: 0, 1 RESTART, 2 RESTART,[N] [WP-MSG-010] */

    /* tunnel */
    struct ov_tunnel tunnel; /* client: what is configured locally; see struct ov_pulled for the rest */
    bool topology_given;     /* else a pushed ifconfig needs a pushed topology [WP-PUSH-020] */
    bool persist_tun;        /* keep the device over a reconnect */
    const struct ov_pull_filter *pull_filters;
    size_t pull_filters_count;
    bool pull_names;               /* --allow-pull-fqdn: pushed routes may have names */
    bool route_nopull;             /* ignore pushed routes [WP-PUSH-026] */
    uint32_t route_metric;         /* already filled into routes */
    const struct ov_nat_rule *nat; /* --client-nat, those that were pushed included */
    size_t nat_count;

    /* server */
    struct ov_pool pool;
    const char *pool_persist;       /* --ifconfig-pool-persist; NULL: none */
    uint32_t pool_persist_s;        /* how often it is written; 0: never, only read */
    bool duplicate_cn;              /* one certificate, several sessions [WP-SRV-006] */
    bool client_to_client;          /* forward between clients [WP-SRV-008] */
    uint32_t connect_freq_count;    /* 100 new clients in ... [WP-COOK-008]; 0: no limit */
    uint32_t connect_freq_period_s; /* ... 10 s */
    uint32_t new_freq_count;        /* --connect-freq: sessions that begin in ...; 0: no limit [WP-SRV-040] */
    uint32_t new_freq_period_s;     /* ... so many seconds */
    bool has_push_constraint;       /* --ifconfig-push-constraint: addresses of ifconfig-push ... */
    uint32_t constraint_net;        /* ... are in this network */
    uint32_t constraint_mask;
    bool opt_verify;      /* clients need the options string that is expected */
    bool force_ekm;       /* clients need keys from the TLS exporter */
    bool single_session;  /* point to point: one session in all */
    uint32_t max_clients; /* 1024 */
    uint32_t max_macs;    /* tap: MAC addresses of one client, --max-routes-per-client 256 [WP-SRV-007] */
    uint32_t mac_age_s;   /* tap: --stale-routes-check: forget those not seen for so long; 0: never */
    bool vlan_tagging;    /* tap: clients are kept apart by VLAN */
    enum ov_vlan_accept vlan_accept; /* which frames the tap device takes and gives */
    uint16_t vlan_pvid; /* 1: VLAN of the tap device where it has no tags, and of clients that have no own */
    uint32_t floods;    /* tap: --bcast-buffers 256: frames for many clients that may wait */
    const char *const *push; /* in the order of the reply, those of helper options included [WP-PUSH-015] */
    size_t push_count;

    struct ov_client_rules clients;
    struct ov_management management;
    struct ov_login_options login;
    struct ov_cert_options certs;
    struct ov_hook_options hooks;

    /* process */
    struct ov_process process;
    struct ov_genkey genkey;
    uint32_t verb; /* 1 */
    const char *user;
    const char *group;
    const char *writepid;
    const char *status;      /* file; NULL: none */
    uint32_t status_s;       /* 60: how often it is written */
    uint32_t status_version; /* 1 */
};

/* Does a server have a socket of this kind? */
static inline bool ov_config_serves(const struct ov_config *config, bool tcp)
{
    bool found = config->listeners_count == 0 && ov_proto_is_tcp(config->proto) == tcp;
    for (size_t i = 0; i < config->listeners_count; i++)
    {
        found = found || ov_proto_is_tcp(config->listeners[i].proto) == tcp;
    }
    return found;
}

#endif
