#ifndef OV_CARD_CARD_H
#define OV_CARD_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "crypto/tls.h"
#include "options/certs.h"

/* Certificates and keys on tokens. A driver is a directory that exports one constant table; a program without any
 * has an empty list. The token is asked in the program's own thread: packets wait as long as it computes. */

#define OV_CARD_TEXT 300
#define OV_CARD_ID   512u /* octets of a name, with NUL */

/* Whoever has the PIN. Both may be asked in the middle of a signature. */
struct ov_card_key; /* of a driver */

struct ov_card_asker
{
    void *ctx;
    /* OV_OK: pin is filled. OV_ERR_AGAIN: asked, it comes later. Anything else: nobody has it. again: the one before
     * was wrong. */
    enum ov_err (*pin)(void *ctx, const char *token, bool again, char *pin, size_t cap);
    /* The token isn't there. OV_OK: look again; the rest as above. */
    enum ov_err (*insert)(void *ctx, const char *token);
};

/* Borrowed until close. */
struct ov_card_settings
{
    const struct ov_pkcs11_options *options;
    const struct ov_card_asker *asker;
    const struct ov_log *log;
};

/* One certificate that was found; false ends the walk. id is what --pkcs11-id wants. */
typedef bool ov_card_visit(void *ctx, const char *id, const char *name, const uint8_t *der, size_t der_len);

struct ov_card_driver
{
    const char *name;
    /* Once in a process, until close. OV_ERR_IO: a library can't be used; text says why, of all drivers' verbs. */
    enum ov_err (*open)(const struct ov_card_settings *settings, char text[static OV_CARD_TEXT]);
    void (*close)(void);
    /* Every certificate of every token that is there. */
    enum ov_err (*each)(ov_card_visit *visit, void *ctx, char text[static OV_CARD_TEXT]);
    /* OV_ERR_FORMAT: no such name can be; OV_ERR_AGAIN: a question was asked first; OV_ERR_IO. */
    enum ov_err (*take)(const struct ov_card_settings *settings, const char *id, struct ov_card_key **out,
                        char text[static OV_CARD_TEXT]);
    void (*drop)(struct ov_card_key *key);
    /* The certificate, borrowed from key. OV_ERR_AGAIN, OV_ERR_IO. */
    enum ov_err (*certificate)(struct ov_card_key *key, const uint8_t **der, size_t *len,
                               char text[static OV_CARD_TEXT]);
    /* As struct ov_tls_signer's; ctx is the key. */
    enum ov_err (*sign)(void *key, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                        size_t *out_len);
};

/* Those that are built in, ended by NULL (a file that the build writes). */
extern const struct ov_card_driver *const ov_card_drivers[];

/* ECDSA: r and s of equal length one behind the other, as tokens write them, to the DER that TLS wants. OV_ERR_FORMAT:
 * empty, odd or more than 132 octets; OV_ERR_NOSPACE. */
OV_MUST_USE enum ov_err ov_card_ecdsa_der(const uint8_t *raw, size_t len, uint8_t *out, size_t cap,
                                          size_t *out_len);

#endif
