/* Constraints between values. */
#include "lib/matrix.h"

static const struct lab_rule rules[] = {
    {{{LAB_F_CLIENT, LAB_T_EPOCH, 0},
      {LAB_F_SERVER, LAB_T_EPOCH, 0},
      {LAB_F_CIPHER, LAB_T_AEAD, 0},
      {LAB_F_FORMAT, LAB_T_PLAIN_FORMAT, 0}},
     "two ends that have epochs use them for every AEAD cipher [WP-EPOCH-001]"},
    {{{LAB_F_CIPHER, 0, LAB_T_AEAD}, {LAB_F_FORMAT, LAB_T_USE_EPOCH, 0}},
     "epochs are for AEAD ciphers only [WP-EPOCH-001]"},
    {{{LAB_F_CLIENT, 0, LAB_T_EKM}, {LAB_F_KEYS, LAB_T_USE_EKM, 0}},
     "the client's generation has no exporter keys [WP-KDF-001]"},
    {{{LAB_F_SERVER, 0, LAB_T_EKM}, {LAB_F_KEYS, LAB_T_USE_EKM, 0}},
     "the server's generation has no exporter keys [WP-KDF-001]"},
    {{{LAB_F_CLIENT, LAB_T_EKM, 0}, {LAB_F_SERVER, LAB_T_EKM, 0}, {LAB_F_KEYS, LAB_T_USE_PRF, 0}},
     "two ends that have the exporter use it; the PRF needs a peer of 2.5 or older [WP-FLAG-001]"},
    {{{LAB_F_TRANSPORT, LAB_T_TCP, 0}, {LAB_F_MTU, LAB_T_UDP_ONLY, 0}},
     "fragment is for UDP only [section 8.2]"},
    {{{LAB_F_CONTROL, LAB_T_HMAC, 0}, {LAB_F_DIGEST, LAB_T_NO_DIGEST, 0}}, "tls-auth needs a digest"},
    {{{LAB_F_FAMILY, LAB_T_V6, 0}, {LAB_F_MTU, LAB_T_SMALL, 0}},
     "the kernel carries no IPv6 over an MTU below 1280 [RFC 8200]"},
    {{{LAB_F_TOPOLOGY, LAB_T_NO_PUSH, 0}, {LAB_F_CIPHER, LAB_T_NEGOTIATED, 0}},
     "without a server nothing is pushed: both ends name the same cipher"},
    {{{LAB_F_TOPOLOGY, LAB_T_NO_PUSH, 0}, {LAB_F_FORMAT, LAB_T_NEGOTIATED, 0}},
     "without a server there is no peer-id to be left out"},
    {{{LAB_F_TOPOLOGY, LAB_T_NO_PUSH, 0}, {LAB_F_COMPRESSION, LAB_T_NEGOTIATED, 0}},
     "without a server no compression is pushed"},
    {{{LAB_F_TOPOLOGY, LAB_T_NO_PUSH, 0}, {LAB_F_LOGIN, LAB_T_NEGOTIATED, 0}}, "logins are for servers"},
    {{{LAB_F_TOPOLOGY, LAB_T_NO_PUSH, 0}, {LAB_F_FAMILY, LAB_T_NO_V4, 0}},
     "the lab gives peers without a server IPv4 addresses, and IPv6 beside them"},
};

const struct lab_rule *lab_matrix_rule(size_t index)
{
    return index < sizeof rules / sizeof rules[0] ? &rules[index] : NULL;
}
