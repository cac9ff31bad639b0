/* What the user asked for. */
#ifndef OV_OVSPEC_OPTIONS_H
#define OV_OVSPEC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Nothing in a data packet says how it is encrypted. AUTO infers: a small
 * rising u32 at the packet id's place is AEAD, a small u16 and a rising u48
 * is EPOCH, lengths that share one remainder modulo 16 are CBC, the rest is
 * OPAQUE and its content is not checked.
 */
enum ovs_data_format
{
    OVS_FORMAT_AUTO,
    OVS_FORMAT_AEAD,
    OVS_FORMAT_EPOCH,
    OVS_FORMAT_CBC,
    OVS_FORMAT_NONE, /* cipher none, auth none: the packet id stands where AEAD has it, and no tag follows */
    OVS_FORMAT_OPAQUE
};

/* AUTO also infers; see wrap.c. */
enum ovs_wrap_choice
{
    OVS_CHOOSE_AUTO,
    OVS_CHOOSE_PLAIN,
    OVS_CHOOSE_TLS_AUTH,
    OVS_CHOOSE_TLS_CRYPT
};

enum ovs_command
{
    OVS_COMMAND_PCAP,
    OVS_COMMAND_LIST,
    OVS_COMMAND_HELP
};

struct ovs_options
{
    enum ovs_command command;
    const char *path;
    bool json;
    enum ovs_data_format format;
    enum ovs_wrap_choice wrap;
    uint16_t port;            /* the server's port: 0 stands for 1194 */
    uint32_t max_packet_size; /* IP packet size that control packets must not exceed; 0: not known */
};

/* False: `*wrong` is the argument that was not understood, NULL if one is missing. */
__attribute__((warn_unused_result)) bool ovs_options_parse(int argc, char **argv, struct ovs_options *out,
                                                           const char **wrong);

#endif
