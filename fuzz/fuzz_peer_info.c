/* Peer info, against a second reading of the same text. Input: the text. */
#include "lib/fuzz.h"
#include "wire/peer_info.h"

static void check_text(const char text[static OV_PEER_INFO_VALUE])
{
    size_t len = strnlen(text, OV_PEER_INFO_VALUE);
    FUZZ_CHECK(len < OV_PEER_INFO_VALUE);
    for (size_t i = 0; i < len; i++)
    {
        FUZZ_CHECK(text[i] >= 0x20 && text[i] <= 0x7E);
    }
}

/* Lines that begin with name and '='. */
static uint32_t count_lines(const char *text, size_t size, const char *name)
{
    uint32_t count = 0;
    size_t name_len = strlen(name);
    for (size_t at = 0; at < size; at++)
    {
        bool starts = at == 0 || text[at - 1] == '\n';
        if (starts && size - at > name_len && memcmp(text + at, name, name_len) == 0 &&
            text[at + name_len] == '=')
        {
            count++;
        }
    }
    return count;
}

/* What we understood, said again in our own words, must be understood the same. */
static void check_round_trip(const struct ov_peer_info *info)
{
    const struct ov_peer_info_own own = {
        .version = info->version[0] != '\0' ? info->version : NULL,
        .platform = info->platform[0] != '\0' ? info->platform : NULL,
        .proto = info->proto,
        .mtu = info->mtu,
        .ciphers = info->has_ciphers ? info->ciphers : NULL,
        .tcp_nonlinear = info->tcp_nonlinear,
    };
    char out[4 * OV_PEER_INFO_VALUE];
    size_t len;
    FUZZ_CHECK(ov_peer_info_build(&own, out, sizeof(out), &len) == OV_OK);
    FUZZ_CHECK(strlen(out) == len);
    struct ov_peer_info again;
    ov_peer_info_parse(out, len, &again);
    FUZZ_CHECK(again.ignored == 0);
    FUZZ_CHECK(again.proto == info->proto && again.mtu == info->mtu);
    FUZZ_CHECK(again.tcp_nonlinear == info->tcp_nonlinear && again.has_ciphers == info->has_ciphers);
    FUZZ_CHECK(strcmp(again.ciphers, info->ciphers) == 0 && strcmp(again.version, info->version) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = (char *)fuzz_copy(data, size);
    struct ov_peer_info info;
    ov_peer_info_parse(text, size, &info);
    check_text(info.ciphers);
    check_text(info.version);
    check_text(info.platform);
    FUZZ_CHECK(info.has_ciphers == (count_lines(text, size, "IV_CIPHERS") > 0));
    FUZZ_CHECK(info.has_mtu == (count_lines(text, size, "IV_MTU") > 0));
    FUZZ_CHECK(info.proto == 0 || count_lines(text, size, "IV_PROTO") > 0);
    check_round_trip(&info);
    free(text);
    return 0;
}
