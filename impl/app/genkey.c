#include "app/genkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/load_keys.h"
#include "base/cursor.h"
#include "base/time.h"
#include "base/wipe.h"
#include "session/auth_token.h"
#include "wire/pem.h"
#include "wrap/client_key.h"

/* The longest is a client key: 1280 octets in base64 with its lines. */
#define TEXT_MAX 2048u

struct maker
{
    const struct ov_program *program;
    const struct ov_config *config;
    const struct ov_log *log;
    uint64_t wall_s;
    char text[TEXT_MAX];
};

static bool give_up(const struct maker *maker, enum ov_err err)
{
    ov_logf(maker->log, OV_LOG_ERROR, "--genkey: %s", ov_err_name(err));
    return false;
}

/* Sixteen octets a line, as 2.x writes them [WP-KEY-001]. */
static bool make_static(struct maker *maker)
{
    uint8_t key[OV_KEY2_SIZE];
    size_t len = (size_t)snprintf(maker->text, TEXT_MAX,
                                  "#\n# 2048 bit OpenVPN static key\n#\n"
                                  "-----BEGIN OpenVPN Static key V1-----\n");
    enum ov_err err = ov_rng_fill(&maker->program->rng, key, sizeof key);
    for (size_t i = 0; i < sizeof key; i++)
    {
        len +=
            (size_t)snprintf(maker->text + len, TEXT_MAX - len, "%02x%s", key[i], i % 16 == 15 ? "\n" : "");
    }
    (void)snprintf(maker->text + len, TEXT_MAX - len, "-----END OpenVPN Static key V1-----\n");
    ov_wipe(key, sizeof key);
    return err == OV_OK ? true : give_up(maker, err);
}

static bool make_half(struct maker *maker, const char *label)
{
    struct ov_key_half key;
    enum ov_err err = ov_rng_fill(&maker->program->rng, (uint8_t *)&key, sizeof key);
    if (err == OV_OK)
    {
        err = ov_pem_encode(label, (const uint8_t *)&key, sizeof key, maker->text, TEXT_MAX);
    }
    ov_wipe(&key, sizeof key);
    return err == OV_OK ? true : give_up(maker, err);
}

static bool make_server(struct maker *maker)
{
    return make_half(maker, OV_SERVER_KEY_LABEL);
}

static bool make_auth_token(struct maker *maker)
{
    return make_half(maker, OV_TOKEN_LABEL);
}

/* What the user wants to have in it, else the time [WP-TC2-006]. */
static bool make_metadata(const struct maker *maker, uint8_t out[static OV_WKC_METADATA_MAX], size_t *len)
{
    const char *user = maker->config->genkey.metadata;
    struct ov_writer w = ov_writer_over(out, OV_WKC_METADATA_MAX);
    if (user == NULL)
    {
        ov_write_u8(&w, OV_WKC_TYPE_TIME);
        ov_write_u64(&w, maker->wall_s);
        *len = ov_writer_len(&w);
        return true;
    }
    ov_write_u8(&w, OV_WKC_TYPE_USER);
    enum ov_err err = ov_base64_decode(user, strlen(user), w.at, ov_writer_room(&w), len);
    *len += 1;
    if (err != OV_OK)
    {
        ov_logf(maker->log, OV_LOG_ERROR, "--genkey: the metadata %s",
                err == OV_ERR_LIMIT ? "has more than 733 octets" : "is not base64");
    }
    return err == OV_OK;
}

static enum ov_err wrap_new_key(const struct maker *maker, const struct ov_key_half *server,
                                const uint8_t *metadata, size_t len, struct ov_key2 *kc, struct ov_wkc *wkc)
{
    enum ov_err err = ov_rng_fill(&maker->program->rng, (uint8_t *)kc, sizeof *kc);
    return err == OV_OK ? ov_client_key_wrap(maker->program->crypto, server, kc, metadata, len, wkc) : err;
}

static bool make_client(struct maker *maker)
{
    uint8_t metadata[OV_WKC_METADATA_MAX];
    uint8_t body[OV_KEY2_SIZE + OV_WKC_MAX];
    struct ov_key_half server;
    struct ov_key2 kc;
    struct ov_wkc wkc;
    size_t len = 0;
    if (maker->config->tls_crypt_v2.from == NULL)
    {
        ov_logf(maker->log, OV_LOG_ERROR,
                "--genkey tls-crypt-v2-client: the server key is missing, add --tls-crypt-v2 file");
        return false;
    }
    if (!ov_server_key_load(maker->config, maker->log, &server) || !make_metadata(maker, metadata, &len))
    {
        return false;
    }
    enum ov_err err = wrap_new_key(maker, &server, metadata, len, &kc, &wkc);
    if (err == OV_OK)
    {
        struct ov_writer w = ov_writer_over(body, sizeof body);
        ov_write_bytes(&w, &kc, sizeof kc);
        ov_write_bytes(&w, wkc.octets, wkc.len);
        err = ov_pem_encode(OV_CLIENT_KEY_LABEL, body, ov_writer_len(&w), maker->text, TEXT_MAX);
    }
    ov_wipe(&server, sizeof server);
    ov_wipe(&kc, sizeof kc);
    ov_wipe(body, sizeof body);
    return err == OV_OK ? true : give_up(maker, err);
}

static bool write_whole(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0)
    {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR)
        {
            return false;
        }
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0 || errno == EINVAL; /* a pipe can't */
}

/* A key that is overwritten is lost with all that was made from it: never do that. */
static bool save(const struct maker *maker)
{
    const char *path = maker->config->genkey.path;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write_whole(fd, maker->text);
    if (!good)
    {
        ov_logf(maker->log, OV_LOG_ERROR, "--genkey: can't write '%s': %s", path, strerror(errno));
    }
    if (fd >= 0)
    {
        (void)close(fd);
    }
    if (fd >= 0 && !good)
    {
        (void)unlink(path);
    }
    return good;
}

bool ov_genkey_run(struct ov_program *program, const struct ov_config *config, struct ov_log log,
                   struct ov_now now)
{
    static bool (*const makers[])(struct maker * maker) = {
        [OV_GENKEY_STATIC] = make_static,
        [OV_GENKEY_V2_SERVER] = make_server,
        [OV_GENKEY_V2_CLIENT] = make_client,
        [OV_GENKEY_AUTH_TOKEN] = make_auth_token,
    };
    struct maker maker = {.program = program, .config = config, .log = &log, .wall_s = now.wall_s};
    program->config = *config;
    program->log = log;
    bool good = ov_program_start_crypto(program) && makers[config->genkey.kind](&maker) && save(&maker);
    ov_wipe(&maker, sizeof maker);
    return good;
}
