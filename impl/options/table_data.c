#include "options/table_rows.h"

/* Data channel. */
static const struct ov_option rows[] = {
    OTHER("data-ciphers", "list", 1, 1, BOTH | CCD, data_ciphers,
          "AES-256-GCM:AES-128-GCM:?CHACHA20-POLY1305", "2.5",
          "ciphers in order of preference, with ':' between and '?' before those that may be missing"),
    OTHER("ncp-ciphers", "list", 1, 1, BOTH | CCD, data_ciphers, "", "2.4", "older name of data-ciphers"),
    OTHER("data-ciphers-fallback", "cipher", 1, 1, BOTH | CCD, fallback, "", "2.5",
          "cipher for peers that say nothing at all"),
    OTHER("cipher", "cipher", 1, 1, BOTH | PUSH | CCD | VITAL, cipher, "BF-CBC, as a name only", "",
          "cipher that the options string names; data-ciphers decides"),
    /* Not pushed: nobody negotiates it [WP-NCP-012]. */
    OTHER("auth", "digest", 1, 1, BOTH, auth, "SHA1", "",
          "digest of the HMAC that goes with ciphers that are not AEAD; none: no HMAC"),
    OTHER("replay-window", "packets [seconds]", 1, 2, BOTH, replay_window, "64 15", "",
          "how far and how long packets may come late"),
    OTHER("tun-mtu", "octets [shown]", 1, 2, BOTH | PUSH | CONN | VITAL, tun_mtu, "1500", "",
          "MTU of the tun device"),
    OTHER("mssfix", "[octets [mtu|fixed]]", 0, 2, BOTH | CONN, mssfix, "1492 mtu while tun-mtu is 1500", "",
          "largest outer packet that TCP inside may cause; fixed: largest inner packet; 0: off"),
    NUMBER("tun-mtu-max", "octets", BOTH | CONN, tun_mtu_max, OV_TUN_MTU_MIN, OV_TUN_MTU_LIMIT, "1600", "2.6",
           "largest MTU a server may push"),
    OTHER("allow-compression", "yes|no|asym|stub-only", 1, 1, BOTH, allow_compression,
          "no; asym where an algorithm is configured", "2.5",
          "asym: expand what comes compressed, compress nothing; yes: compress as well; no: framing alone"),
    FLAG("allow-deprecated-insecure-static-crypto", BOTH, static_allowed, "2.7", "let 'secret' be used"),
    OTHER("comp-lzo", "[yes|no|adaptive]", 0, 1, BOTH | PUSH | CCD | CONN | VITAL, comp_lzo, "", "",
          "LZO compression; no: its framing alone"),
    MOOT("comp-noadapt", "", 0, 0, BOTH | PUSH | CCD, "", "compress always",
         "each packet is judged by itself: it goes compressed where that makes it smaller"),
    OTHER("compress", "[stub|stub-v2|lz4|lz4-v2|lzo|migrate]", 0, 1, BOTH | PUSH | CCD | CONN | VITAL,
          compress, "", "2.4",
          "framing of packets, and the algorithm that they may be compressed with; migrate (server): take "
          "clients that have such framing off it"),
    FLAG("force-tls-key-material-export", BOTH | SERVER, force_ekm, "2.6",
         "refuse clients that can't make data keys by the TLS exporter"),
    OTHER("fragment", "octets [mtu]", 1, 2, BOTH | CONN, fragment, "", "",
          "cut packets so that outer ones have at most so many octets (mtu: with IP and UDP header); both "
          "ends need it, on UDP"),
    OTHER("link-mtu", "octets", 1, 1, BOTH | CONN, link_mtu, "", "",
          "tun-mtu, said as what 2.x counts for a packet with everything around it; 'tun-mtu' is plainer"),
    OTHER("udp-mtu", "octets", 1, 1, BOTH | CONN, link_mtu, "", "", "older name of link-mtu"),
    MOOT("mute-replay-warnings", "", 0, 0, BOTH, "", "don't log replayed packets",
         "they are counted, and only 'verb 5' has lines about them"),
    PLANNED_HINT("replay-persist", "file", 1, 1, BOTH, "",
                 "keep the replay state over restarts", /* [WP-RPL-008] */
                 "with TLS every session has keys of its own"),
    OTHER(
        "secret", "file [direction]", 1, 2, BOTH | BLOCK, secret, "", "",
        "point to point without TLS, with one static key for good; the peer has the other direction (0, 1)"),
    FLAG("disable-occ", BOTH, no_occ, "",
         "with 'secret': don't ask the peer for its options to compare them"),
    OTHER("tun-mtu-extra", "octets", 1, 1, BOTH, mtu_extra, "32 for tap, 0 for tun", "",
          "what a packet of the device may have beyond the MTU: Ethernet header and VLAN tags"),
    NUMBER("txqueuelen", "packets", BOTH, tunnel.queue_len, 0, 1000000, "0, the system's", "",
           "queue of the tun device; 100, the default before 2.5, loses packets"),
};

GROUP(ov_options_data, "Data channel:", rows);
