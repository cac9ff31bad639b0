/* Data packets of every format. Input: which format, then one move after the other: octets as they are, or the next packet
 * of an honest sender, whole, cut, changed, or again. What was changed where it is protected is never opened, a packet
 * is opened once, and the honest sender is always understood in the end. */
#include "crypto/null/null.h"
#include "data/data.h"
#include "data/epoch_keys.h"
#include "lib/fuzz.h"
#include "wire/data_header.h"

#define PACKET 512u

static const struct kind
{
    enum ov_cipher_id cipher;
    bool epoch;
    bool auth_none;
    bool v2;
    bool bare; /* static key mode */
} kinds[] = {
    {OV_CIPHER_AES_256_GCM, false, false, true, false},
    {OV_CIPHER_CHACHA20_POLY1305, false, false, false, false},
    {OV_CIPHER_AES_128_GCM, true, false, true, false},
    {OV_CIPHER_AES_256_CBC, false, false, true, false},
    {OV_CIPHER_AES_128_CBC, false, true, false, false},
    {OV_CIPHER_NONE, false, false, true, false},
    {OV_CIPHER_NONE, false, true, true, false},
    {OV_CIPHER_AES_256_CFB, false, false, true, false},
    {OV_CIPHER_DES_EDE3_CBC, false, false, false, false},
    {OV_CIPHER_AES_256_CBC, false, false, false, true},
    {OV_CIPHER_BF_CBC, false, true, false, true},
    {OV_CIPHER_NONE, false, false, false, true},
};

static enum ov_err count_up(void *ctx, uint8_t *out, size_t len)
{
    static uint8_t next;
    (void)ctx;
    for (size_t i = 0; i < len; i++)
    {
        out[i] = next++;
    }
    return OV_OK;
}

static const struct ov_rng rng = {count_up, NULL};

static void channel(struct ov_data *d, const struct kind *kind, enum ov_role role)
{
    struct ov_key2 key2;
    struct ov_data_key key;
    memset(&key2, 7, sizeof key2);
    const struct ov_data_key_spec spec = {.crypto = &ov_crypto_null,
                                          .rng = &rng,
                                          .cipher = kind->cipher,
                                          .epoch = kind->epoch,
                                          .auth_none = kind->auth_none,
                                          .bare = kind->bare,
                                          .wall_s = 0x60000000,
                                          .auth = OV_DIGEST_SHA256,
                                          .key2 = &key2,
                                          .role = role,
                                          .replay_window = 64};
    ov_data_init(d, 1500);
    d->bare = kind->bare;
    d->peer_id = kind->v2 ? 5 : OV_PEER_ID_NONE;
    FUZZ_CHECK(ov_data_key_init(&key, &spec) == OV_OK);
    ov_data_install(d, &key, 0, UINT64_MAX);
}

static bool opens(struct ov_data *d, const uint8_t *packet, uint32_t len)
{
    uint8_t *copy = fuzz_copy(packet, len);
    struct ov_datagram dg = {.buf = ov_buf_over(copy, len, 0)};
    dg.buf.len = len;
    const size_t good = ov_data_open(d, &dg, 1);
    FUZZ_CHECK((good == 1) == (dg.fate == OV_FATE_TUN) && (good == 1 || dg.fate == OV_FATE_DROPPED));
    FUZZ_CHECK(good == 0 || (dg.buf.len > 0 && dg.buf.len < len));
    free(copy);
    return good == 1;
}

static uint32_t honest(struct ov_data *d, uint8_t len, uint8_t packet[PACKET])
{
    const struct ov_addr nowhere = {0};
    struct ov_datagram dg = {.buf = ov_buf_over(packet, PACKET, OV_BUF_HEADROOM)};
    memset(ov_buf_put(&dg.buf, len + 1u), 0x45, len + 1u);
    ov_data_seal(d, &nowhere, &dg, 1, 0);
    FUZZ_CHECK(dg.fate == OV_FATE_LINK);
    memmove(packet, ov_buf_data(&dg.buf), dg.buf.len);
    return dg.buf.len;
}

/* The sender goes on to its next epoch, not further ahead than a receiver may be that hears nothing. */
static void age(struct ov_data *from, const struct ov_data *to, const struct kind *kind)
{
    struct ov_data_epoch *sender = kind->epoch ? from->key[OV_DATA_CURRENT].epoch : NULL;
    if (sender != NULL &&
        sender->seal.epoch < to->key[OV_DATA_CURRENT].epoch->current.epoch + OV_EPOCH_FUTURE - 1)
    {
        sender->counter = OV_EPOCH_COUNTER_SOFT;
    }
}

static void raw(struct ov_data *d, struct fuzz_in *in)
{
    size_t len = fuzz_u8(in);
    len = len < in->left ? len : in->left;
    (void)opens(d, in->at, (uint32_t)len);
    in->at += len;
    in->left -= len;
}

static void changed(struct ov_data *from, struct ov_data *to, const struct kind *kind, struct fuzz_in *in)
{
    uint8_t packet[PACKET];
    const uint32_t len = honest(from, fuzz_u8(in), packet);
    const uint32_t at = fuzz_u16(in) % len;
    const uint8_t change = fuzz_u8(in);
    const uint32_t cut = fuzz_u8(in) % 4 == 0 ? len - at : 0;
    const bool aead = ov_cipher_is_aead(kind->cipher);
    packet[at] ^= change;
    const bool opened = opens(to, packet, len - cut);
    if (!kind->auth_none && (cut > 0 || (change != 0 && (aead ? kind->v2 || at > 0 : at >= 4 || kind->bare))))
    {
        FUZZ_CHECK(!opened);
    }
    else if (!kind->auth_none && cut == 0 && change == 0)
    {
        FUZZ_CHECK(opened);
    }
    FUZZ_CHECK(!opened || !opens(to, packet, len - cut));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const struct kind *kind = &kinds[fuzz_u8(&in) % (sizeof kinds / sizeof kinds[0])];
    struct ov_data from, to;
    uint8_t packet[PACKET];
    channel(&from, kind, OV_ROLE_CLIENT);
    channel(&to, kind, OV_ROLE_SERVER);
    while (in.left > 0)
    {
        switch (fuzz_u8(&in) % 4)
        {
        case 0:
            raw(&to, &in);
            break;
        case 1:
            changed(&from, &to, kind, &in);
            break;
        case 2:
            age(&from, &to, kind);
            break;
        default:
            (void)opens(&to, packet, honest(&from, fuzz_u8(&in), packet));
            break;
        }
    }
    /* Where packets prove nothing, anybody can close the window. */
    const uint32_t len = honest(&from, 20, packet);
    FUZZ_CHECK(opens(&to, packet, len) || kind->auth_none);
    FUZZ_CHECK(!opens(&to, packet, len));
    ov_data_clear(&from);
    ov_data_clear(&to);
    return 0;
}
