#include "base/err.h"

static const char *const names[OV_ERR_COUNT] = {
    [OV_OK] = "ok",
    [OV_ERR_AGAIN] = "again",
    [OV_ERR_NOMEM] = "out of memory",
    [OV_ERR_NOSPACE] = "no space",
    [OV_ERR_ARG] = "bad argument",
    [OV_ERR_TRUNCATED] = "truncated",
    [OV_ERR_FORMAT] = "malformed",
    [OV_ERR_OPCODE] = "bad opcode",
    [OV_ERR_KEY_ID] = "no such key-id",
    [OV_ERR_SESSION_ID] = "bad session id",
    [OV_ERR_PEER_ID] = "unknown peer-id",
    [OV_ERR_ADDRESS] = "bad source address",
    [OV_ERR_AUTH] = "authentication failed",
    [OV_ERR_REPLAY] = "replay",
    [OV_ERR_DUPLICATE] = "duplicate",
    [OV_ERR_WINDOW] = "outside the window",
    [OV_ERR_WRAP] = "packet id used up",
    [OV_ERR_LIMIT] = "limit reached",
    [OV_ERR_UNSUPPORTED] = "unsupported",
    [OV_ERR_NEGOTIATION] = "nothing in common",
    [OV_ERR_TLS] = "TLS error",
    [OV_ERR_CERT] = "certificate refused",
    [OV_ERR_CRYPTO] = "crypto library error",
    [OV_ERR_TIMEOUT] = "timed out",
    [OV_ERR_CLOSED] = "closed",
    [OV_ERR_OPTION] = "option error",
    [OV_ERR_IO] = "system error",
};

const char *ov_err_name(enum ov_err err)
{
    if ((unsigned)err >= OV_ERR_COUNT)
    {
        return "unknown error";
    }
    return names[err];
}
