#include "kdf/key2.h"

#include <string.h>

#include "base/wipe.h"
#include "kdf/tls1_prf.h"

/* Labels go in front of the seed without their NUL [WP-KDF-002]. */
#define LABEL(text)                                                                                          \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }

#define MASTER_LEN 48

_Static_assert(sizeof(struct ov_key2) == OV_KEY2_SIZE, "a key2 is 256 octets");

enum ov_err ov_key2_from_prf(const struct ov_crypto *crypto, const struct ov_key_source *client,
                             const struct ov_key_source *server,
                             const uint8_t client_sid[static OV_KEY_SID_LEN],
                             const uint8_t server_sid[static OV_KEY_SID_LEN], struct ov_key2 *out)
{
    memset(out, 0, sizeof(*out));
    uint8_t master[MASTER_LEN];
    const struct ov_slice master_seed[] = {
        LABEL("OpenVPN master secret"),
        {client->random1, OV_KEY_RANDOM_LEN},
        {server->random1, OV_KEY_RANDOM_LEN},
    };
    enum ov_err err =
        ov_tls1_prf(crypto, client->pre_master, OV_PRE_MASTER_LEN, master_seed, 3, master, sizeof(master));
    if (err == OV_OK)
    {
        /* WP-KDF-006: the session ids belong to the seed, whatever the draft says. */
        const struct ov_slice expansion_seed[] = {
            LABEL("OpenVPN key expansion"),       {client->random2, OV_KEY_RANDOM_LEN},
            {server->random2, OV_KEY_RANDOM_LEN}, {client_sid, OV_KEY_SID_LEN},
            {server_sid, OV_KEY_SID_LEN},
        };
        err = ov_tls1_prf(crypto, master, sizeof(master), expansion_seed, 5, (uint8_t *)out, sizeof(*out));
    }
    ov_wipe(master, sizeof(master));
    return err;
}

enum ov_err ov_key2_from_exporter(const struct ov_tls_ops *ops, struct ov_tls_conn *conn, struct ov_key2 *out)
{
    enum ov_err err =
        ops->export_key(conn, "EXPORTER-OpenVPN-datakeys", (uint8_t *)out, sizeof(*out)); /* [WP-KDF-001] */
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof(*out));
    }
    return err;
}

const struct ov_key_half *ov_key2_data_half(const struct ov_key2 *key2, enum ov_role role, bool sending)
{
    bool from_client = (role == OV_ROLE_CLIENT) == sending;
    return &key2->half[from_client ? 0 : 1];
}

struct ov_data_secret ov_data_secret_of(const struct ov_key_half *half)
{
    return (struct ov_data_secret){.key = half->cipher, .implicit_iv = half->hmac};
}

void ov_data_nonce(uint32_t packet_id, const uint8_t implicit_iv[static OV_IMPLICIT_IV_LEN],
                   uint8_t nonce[static OV_AEAD_NONCE_LEN])
{
    nonce[0] = (uint8_t)(packet_id >> 24);
    nonce[1] = (uint8_t)(packet_id >> 16);
    nonce[2] = (uint8_t)(packet_id >> 8);
    nonce[3] = (uint8_t)packet_id;
    memcpy(nonce + 4, implicit_iv, OV_IMPLICIT_IV_LEN);
}
