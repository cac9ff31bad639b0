#ifndef OV_OPTIONS_HOOKS_H
#define OV_OPTIONS_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options/login.h"

/* What the options say about programs that are called when the tunnel comes and goes, what these are told, and name
 * servers. Part of struct ov_config. */

/* --setenv, --setenv-safe */
struct ov_variable
{
    const char *name;
    const char *value;
};

/* --echo, --parameter: for whoever controls the program */
struct ov_echo
{
    const char *text;
    bool pushed;
};

/* More variables, echoes, foreign options or servers than these are refused: they come from servers too. */
#define OV_VARIABLES_MAX   256u
#define OV_ECHOES_MAX      256u
#define OV_FOREIGN_MAX     256u
#define OV_DNS_SERVERS_MAX 16u
#define OV_DNS_ADDRESSES   8u
#define OV_DNS_DOMAINS     64u

enum ov_dnssec
{
    OV_DNSSEC_UNSET = 0,
    OV_DNSSEC_YES,
    OV_DNSSEC_OPTIONAL,
    OV_DNSSEC_NO
};

enum ov_dns_transport
{
    OV_DNS_TRANSPORT_UNSET = 0,
    OV_DNS_TRANSPORT_PLAIN,
    OV_DNS_TRANSPORT_DOH,
    OV_DNS_TRANSPORT_DOT
};

struct ov_dns_address
{
    const char *text; /* the address alone, as inet_ntop writes it */
    uint16_t port;    /* 0: none was given */
};

/* --dns server N */
struct ov_dns_server
{
    int32_t number; /* -128..127; lower ones come first */
    struct ov_dns_address address[OV_DNS_ADDRESSES];
    size_t addresses;
    const char *domain[OV_DNS_DOMAINS]; /* resolve-domains */
    size_t domains;
    enum ov_dnssec dnssec;
    enum ov_dns_transport transport;
    const char *sni; /* NULL: none */
    bool pushed;
};

/* --dns-updown */
enum ov_dns_updown
{
    OV_DNS_UPDOWN_DEFAULT = 0, /* called where there are --dns options */
    OV_DNS_UPDOWN_FORCE,       /* ... or where only --dhcp-option names servers, though there is an --up */
    OV_DNS_UPDOWN_DISABLE
};

struct ov_hook_options
{
    struct ov_command up;
    struct ov_command down;
    struct ov_command route_up;
    struct ov_command route_pre_down;
    struct ov_command ipchange;
    bool down_pre;   /* 'down' is called before the device goes */
    bool up_restart; /* 'up' and 'down' are called over restarts that keep the device too */
    bool up_delay;   /* the device is opened once connected */
    const struct ov_variable *variables; /* the latest value of each name */
    size_t variables_count;
    const struct ov_echo *echoes;
    size_t echoes_count;
    const char *const *foreign; /* "dhcp-option DNS 10.8.0.1": what is for programs to do */
    size_t foreign_count;
    const struct ov_dns_server *servers; /* by number */
    size_t servers_count;
    const char *const *search; /* --dns search-domains */
    size_t search_count;
    enum ov_dns_updown dns_mode;
    struct ov_command dns_updown; /* count 0: the one that belongs to the program, if it is there */
    bool push_peer_info;          /* say more of this client to servers */
    const char *config_file;      /* first --config; NULL: none */
};

#endif
