#ifndef OV_APP_CARD_DESK_H
#define OV_APP_CARD_DESK_H

#include "app/ask.h"
#include "app/dialogue.h"
#include "base/log.h"
#include "card/card.h"
#include "options/config.h"

struct ov_control;

/* --pkcs11-id: certificate and key of a token, and who is asked for its PIN: the file of --askpass, management, or
 * the terminal. All-zero: none. Must stay where it is while it is open. */
struct ov_card_desk
{
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_control *control; /* NULL: nobody to ask but the terminal */
    const struct ov_card_driver *driver;
    struct ov_card_key *key;
    struct ov_card_asker asker;
    struct ov_card_settings settings;
    struct ov_tls_signer signer;
    char *cert;                   /* PEM; owned */
    bool running;                 /* questions come back later: nothing waits for them */
    struct ov_dialogue *dialogue; /* the terminal while a loop runs, borrowed; NULL: a question there waits */
    void (*answered)(void *ctx);  /* a PIN has come: let handshakes go on */
    void *ctx;
};

/* False: the log says why. */
bool ov_card_desk_open(struct ov_card_desk *desk, struct ov_control *control, const struct ov_config *config,
                       const struct ov_log *log);
void ov_card_desk_close(struct ov_card_desk *desk);

/* --show-pkcs11-ids */
bool ov_card_show(const struct ov_config *config, const struct ov_log *log);

#endif
