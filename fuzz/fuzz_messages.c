/* What two authenticated ends say to each other inside TLS, and what the program at the hub says about them: control
 * messages of any text in both directions, updates of pushed options, verdicts, a client's own settings, questions
 * and answers. Whatever is said: nothing is pushed before the verdict, what was pulled stays within its ranges, events
 * are printable, no deadline stays due. Input: one octet of choices, then one operation after the other. */
#include "hub/private.h"
#include "lib/world.h"
#include "session/private.h"

#define TEXT 1100u

static struct world world;
static const uint8_t token_key[OV_TOKEN_KEY] = {7};

/* What has happened. */
static struct
{
    bool judged, asks;
    bool let_in;     /* a login was accepted */
    bool settled;    /* a client got its settings */
    bool lies;       /* the server said what it would not say by itself */
    uint64_t ticket; /* of the last login that was asked about, 0: none */
    uint64_t client; /* of the last client that waits for settings */
} seen;

/* A message: words that mean something, then octets of the input. Returns its length, a NUL stands behind. */
static size_t take_text(struct fuzz_in *in, char *out, const char *const *words, size_t count)
{
    const char *word = words[fuzz_u8(in) % count];
    const size_t head = strlen(word);
    size_t len = fuzz_u16(in) % (TEXT - 64);
    len = len < in->left ? len : in->left;
    memcpy(out, word, head);
    memcpy(out + head, in->at, len);
    out[head + len] = '\0';
    in->at += len;
    in->left -= len;
    return head + len;
}

static const char *const no_words[] = {""};
static const char *const option_words[] = {"",
                                           "route 10.1.0.0 255.255.0.0,",
                                           "-route,",
                                           "?dns ",
                                           "ifconfig 10.8.0.9 255.255.255.0,",
                                           "-ifconfig,",
                                           "ifconfig-ipv6 fd00::9/64 fd00::1,",
                                           "redirect-gateway ",
                                           "dhcp-option "};

/* The server's session of the only client; NULL: none. */
static struct ov_peer *peer_of(struct ov_hub *hub)
{
    struct ov_peer *peer = ov_peer_of_id(hub, 0);
    return peer != NULL ? peer : hub->half_newest;
}

/* One record: a message with its NUL, without, or two of them. */
static void say(bool up, struct fuzz_in *in)
{
    static const char *const of_client[] = {"",     "PUSH_REQUEST", "CR_RESPONSE,",
                                            "EXIT", "INFO,",        "PUSH_REPLY,"};
    static const char *const of_server[] = {"",
                                            "PUSH_REPLY,",
                                            "PUSH_UPDATE,",
                                            "PUSH_REPLY,ifconfig 10.8.0.2 255.255.255.0,",
                                            "AUTH_FAILED",
                                            "AUTH_FAILED,TEMP[",
                                            "RESTART,[",
                                            "HALT,",
                                            "INFO_PRE,",
                                            "AUTH_PENDING,timeout ",
                                            "INFO,CR_TEXT:R:",
                                            "PUSH_UPDATE,-"};
    char text[TEXT];
    struct ov_peer *peer = peer_of(world.hub);
    struct ov_session *s = up ? &world.client : peer != NULL ? &peer->session : NULL;
    const size_t len =
        take_text(in, text, up ? of_client : of_server,
                  up ? sizeof of_client / sizeof of_client[0] : sizeof of_server / sizeof of_server[0]);
    const bool ended = (fuzz_u8(in) & 3) != 0;
    if (s == NULL || s->ks.state == OV_KS_UNDEF || len + ended == 0)
    {
        return;
    }
    seen.lies = seen.lies || !up;
    if (ov_tls_write(&s->ks.tls, (const uint8_t *)text, len + ended) == OV_OK)
    {
        ov_session_drive(s, world.now);
    }
    if (!up)
    {
        ov_hub_after(world.hub, peer, world.now);
    }
}

static void update(bool all, struct fuzz_in *in)
{
    char text[TEXT];
    uint32_t count = 0;
    (void)take_text(in, text, option_words, sizeof option_words / sizeof option_words[0]);
    const enum ov_err err = all ? ov_hub_push_update_all(world.hub, text, &count, world.now)
                                : ov_hub_push_update(world.hub, 0, text, world.now);
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_PEER_ID || err == OV_ERR_OPTION || err == OV_ERR_LIMIT ||
               err == OV_ERR_AGAIN || err == OV_ERR_DUPLICATE || err == OV_ERR_UNSUPPORTED ||
               err == OV_ERR_FORMAT || err == OV_ERR_ARG);
    FUZZ_CHECK(count <= 1);
}

static void judge(struct fuzz_in *in)
{
    static const char *const extras[] = {"", "CR_TEXT:R,E:", "OPEN_URL:", "WEB_AUTH::"};
    static const char *const methods[] = {NULL, "crtext", "webauth", "openurl"};
    char text[TEXT];
    const uint8_t how = fuzz_u8(in);
    (void)take_text(in, text, extras, 4);
    const struct ov_verdict verdict = {.kind = (enum ov_verdict_kind)(how % 3),
                                       .reason = text,
                                       .timeout_s = fuzz_u16(in),
                                       .method = methods[how >> 2 & 3],
                                       .extra = text};
    const enum ov_err err = ov_hub_verdict(world.hub, seen.ticket + (how >> 7), &verdict, world.now);
    seen.let_in = seen.let_in || (err == OV_OK && verdict.kind == OV_VERDICT_ACCEPT);
}

static void give_settings(struct fuzz_in *in)
{
    struct ov_client_options *options = NULL;
    char text[TEXT];
    const size_t len = take_text(in, text, no_words, 1);
    FUZZ_CHECK(ov_client_options_new(ov_options_config(world.server_end.options), NULL, &options) == OV_OK);
    FUZZ_CHECK(ov_client_options_add(options, "fuzz", text, len) == OV_OK);
    const enum ov_err err = ov_hub_settle(world.hub, seen.client, options, world.now);
    seen.settled = seen.settled || err == OV_OK;
}

static void fetch_events(void)
{
    struct ov_event event;
    while (ov_hub_event(world.hub, &event))
    {
        const bool login = event.kind == OV_EVENT_LOGIN || event.kind == OV_EVENT_ANSWER;
        seen.ticket = login ? event.ticket : seen.ticket;
        seen.client = event.kind == OV_EVENT_CLIENT ? event.ticket : seen.client;
        for (const char *p = event.text; *p != '\0'; p++)
        {
            FUZZ_CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
        }
    }
    world_events(&world);
}

static void check_pulled(void)
{
    const struct ov_pulled *pulled = ov_session_pulled(&world.client);
    FUZZ_CHECK(pulled == NULL || seen.lies || !seen.judged || seen.let_in);
    FUZZ_CHECK(pulled == NULL || seen.lies || !seen.asks || seen.settled);
    if (pulled == NULL)
    {
        return;
    }
    const struct ov_tunnel *tunnel = &pulled->effective.tunnel;
    FUZZ_CHECK(tunnel->ip4_bits <= 32 && tunnel->ip6_bits <= 128);
    FUZZ_CHECK(tunnel->routes4_count <= OV_ROUTES_MAX && tunnel->routes6_count <= OV_ROUTES_MAX);
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        FUZZ_CHECK(tunnel->routes4[i].bits <= 32);
    }
    for (size_t i = 0; i < tunnel->routes6_count; i++)
    {
        FUZZ_CHECK(tunnel->routes6[i].bits <= 128);
    }
}

static void program(uint8_t op, struct fuzz_in *in)
{
    char text[TEXT];
    enum ov_err err = OV_OK;
    switch (op)
    {
    case 0:
    case 1:
        update(op == 0, in);
        break;
    case 2:
        judge(in);
        break;
    case 3:
        give_settings(in);
        break;
    case 4:
        (void)take_text(in, text, no_words, 1);
        err = ov_hub_kill(world.hub, 0, text, world.now);
        break;
    case 5:
        (void)take_text(in, text, no_words, 1);
        err = ov_session_answer(&world.client, text, world.now);
        break;
    default:
        ov_session_proceed(&world.client, world.now);
        break;
    }
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_PEER_ID || err == OV_ERR_AGAIN || err == OV_ERR_LIMIT ||
               err == OV_ERR_TLS);
}

static void operate(struct fuzz_in *in)
{
    static const uint32_t waits[] = {1, 1000, 5000, 31000, 61000, 3600000};
    const uint8_t op = fuzz_u8(in);
    switch (op % 8)
    {
    case 0:
        say(true, in);
        break;
    case 1:
        say(false, in);
        break;
    case 2:
    case 3:
        program(op / 8 % 8, in);
        break;
    case 4:
        world_carry(&world, (op & 8) != 0, in);
        break;
    case 5:
        world_wait(&world, waits[op / 8 % 6]);
        break;
    case 6:
        world_settle(&world);
        break;
    default:
        if ((op & 0x18) == 0x18)
        {
            world_start(&world);
        }
        else
        {
            const enum ov_err err = ov_hub_renegotiate(world.hub, 0, world.now);
            FUZZ_CHECK(err == OV_OK || err == OV_ERR_AGAIN || err == OV_ERR_PEER_ID);
        }
        break;
    }
}

static void open_world(uint8_t choices)
{
    const struct world_more more = {
        .client = "dev tun\nauth-retry interact\n",
        .server =
            (choices & 4) != 0
                ? "dev tun\nserver-ipv6 fd00::/64\nauth-gen-token 600\nauth-user-pass-verify /x via-file\n"
                : "dev tun\n",
        .judged = (choices & 1) != 0,
        .asks = (choices & 2) != 0,
    };
    memset(&seen, 0, sizeof seen);
    seen.judged = more.judged;
    seen.asks = more.asks;
    world_open_with(&world, WORLD_PLAIN, &more);
    world.server_settings.session.token_key = (choices & 4) != 0 ? token_key : NULL;
    world.client_settings.sso = "webauth,crtext,openurl";
    world.login.wanted = world.login.filled = more.judged;
    (void)snprintf(world.login.username, OV_LOGIN_TEXT, "alice");
    (void)snprintf(world.login.password, OV_LOGIN_TEXT, "secret");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    open_world(fuzz_u8(&in));
    world_settle(&world);
    fetch_events();
    for (unsigned ops = 0; in.left > 0 && ops < 100; ops++)
    {
        operate(&in);
        fetch_events();
        check_pulled();
    }
    world_close(&world);
    ov_login_wipe(&world.login);
    return 0;
}
