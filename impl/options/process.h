#ifndef OV_OPTIONS_PROCESS_H
#define OV_OPTIONS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* What the program is to do, and how its process lives. Part of struct ov_config. */

/* What the program is asked to do. */
enum ov_wish
{
    OV_WISH_RUN = 0,
    OV_WISH_HELP,
    OV_WISH_VERSION,
    OV_WISH_GENKEY,
    OV_WISH_CHECK, /* --check-config: everything is checked, nothing is started */
    OV_WISH_MAN,
    OV_WISH_CIPHERS, /* --show-ciphers */
    OV_WISH_DIGESTS,
    OV_WISH_PKCS11_IDS, /* --show-pkcs11-ids */
    OV_WISH_MKTUN,      /* a persistent device; only what is said of the device counts */
    OV_WISH_RMTUN,
    OV_WISH_TLS_CIPHERS, /* --show-tls */
    OV_WISH_TLS_GROUPS,  /* --show-groups, --show-curves */
    OV_WISH_GATEWAY,     /* --show-gateway */
    OV_WISH_TEST_CRYPTO  /* seal and open with every cipher, and compare */
};

/* --genkey: which key, and the file it goes to. */
enum ov_genkey_kind
{
    OV_GENKEY_STATIC = 0, /* for tls-auth, tls-crypt, secret */
    OV_GENKEY_V2_SERVER,
    OV_GENKEY_V2_CLIENT, /* wrapped with the server key of --tls-crypt-v2 */
    OV_GENKEY_AUTH_TOKEN /* for auth-gen-token-secret */
};

struct ov_genkey
{
    enum ov_genkey_kind kind;
    const char *path;
    const char *metadata; /* base64; NULL: the time */
};

/* What becomes of an internal restart (SIGUSR1). */
enum ov_restart
{
    OV_RESTART_PLAIN = 0,
    OV_RESTART_REREAD, /* --remap-usr1 SIGHUP */
    OV_RESTART_END     /* --remap-usr1 SIGTERM */
};

/* How the process lives, where it isn't about the tunnel. */
struct ov_process
{
    bool daemon;
    bool syslog;
    const char *name;     /* in syslog; NULL: ovref */
    const char *log_file; /* NULL: standard error, or syslog */
    bool log_append;
    bool no_timestamps;
    bool machine_log; /* --machine-readable-output */
    bool mlock;
    bool has_nice;
    int8_t nice;
    const char *chroot;
    enum ov_restart restart;
};

#endif
