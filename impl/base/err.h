#ifndef OV_BASE_ERR_H
#define OV_BASE_ERR_H

/* The one error list of ovref. A function that can fail returns enum ov_err,
 * and the caller must look at it. OV_OK is 0; nothing else is success. */

#define OV_MUST_USE __attribute__((warn_unused_result))

enum ov_err
{
    OV_OK = 0,
    OV_ERR_AGAIN,       /* nothing to do now; try again after more input or time */
    OV_ERR_NOMEM,       /* allocation failed */
    OV_ERR_NOSPACE,     /* the caller's buffer is too small; nothing was written */
    OV_ERR_ARG,         /* the caller's argument is outside the contract */
    OV_ERR_TRUNCATED,   /* input ends before the format does */
    OV_ERR_FORMAT,      /* input is not of the format */
    OV_ERR_OPCODE,      /* unknown, obsolete or misdirected opcode */
    OV_ERR_KEY_ID,      /* no usable key under this key-id */
    OV_ERR_SESSION_ID,  /* session id unknown, zero or not ours */
    OV_ERR_PEER_ID,     /* peer-id unknown */
    OV_ERR_ADDRESS,     /* source address not allowed */
    OV_ERR_AUTH,        /* authentication tag or HMAC wrong */
    OV_ERR_REPLAY,      /* packet id already seen or too old */
    OV_ERR_DUPLICATE,   /* a message already received: ack again, ignore */
    OV_ERR_WINDOW,      /* outside the receive or send window */
    OV_ERR_WRAP,        /* packet id counter is used up */
    OV_ERR_LIMIT,       /* a limit of count or size was reached */
    OV_ERR_UNSUPPORTED, /* known, but not built or not allowed here */
    OV_ERR_NEGOTIATION, /* the peers have nothing in common */
    OV_ERR_TLS,         /* the TLS library refused; it says why in its error text */
    OV_ERR_CERT,        /* the peer's certificate was refused */
    OV_ERR_CRYPTO,      /* the crypto library failed */
    OV_ERR_TIMEOUT,     /* a deadline passed */
    OV_ERR_CLOSED,      /* the peer or the session is gone */
    OV_ERR_OPTION,      /* an option is wrong; the diagnostic names it */
    OV_ERR_IO,          /* the operating system refused; errno says why */
    OV_ERR_COUNT
};

/* Stable short name of an error, such as "replay". Never NULL. */
const char *ov_err_name(enum ov_err err);

#endif
