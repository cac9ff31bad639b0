#ifndef OV_OPTIONS_LOGIN_H
#define OV_OPTIONS_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options/text.h"

/* What the options say about logging in: a client's name and password, and how a
 * server judges them. Part of struct ov_config. */

/* A program to call and its first arguments; count 0: none. */
struct ov_command
{
    const char *const *word;
    size_t count;
};

/* --auth-retry: what a client does after a refused login [WP-AUTH-002]. */
enum ov_auth_retry
{
    OV_AUTH_RETRY_NONE = 0,   /* end */
    OV_AUTH_RETRY_NOINTERACT, /* try again with the same */
    OV_AUTH_RETRY_INTERACT    /* ask again */
};

/* --verify-client-cert */
enum ov_client_cert
{
    OV_CLIENT_CERT_REQUIRE = 0,
    OV_CLIENT_CERT_OPTIONAL,
    OV_CLIENT_CERT_NONE
};

/* --script-security: which programs may be called. */
#define OV_SCRIPT_SECURITY_DEFAULT   1u
#define OV_SCRIPT_SECURITY_USER      2u /* those that the configuration names */
#define OV_SCRIPT_SECURITY_PASSWORDS 3u /* and passwords may be in their environment */

/* What a server does for single clients [WP-SRV-030]. */
struct ov_client_rules
{
    const char *dir;              /* --client-config-dir; NULL: none */
    bool exclusive;               /* --ccd-exclusive: a client without a file is refused */
    struct ov_command connect;    /* --client-connect */
    struct ov_command disconnect; /* --client-disconnect */
    struct ov_command learn;      /* --learn-address */
};

struct ov_login_options
{
    /* client */
    bool user_pass;                 /* --auth-user-pass */
    const char *user_pass_path;     /* NULL: see block */
    struct ov_text user_pass_block; /* from NULL: ask at the terminal */
    bool name_only;                 /* username-only: there is no password, the server asks otherwise */
    bool nocache;                   /* forget the password once it was sent */
    enum ov_auth_retry retry;
    const char *token; /* --auth-token and --auth-token-user of the configuration; NULL: none */
    const char *token_user;
    const char *challenge; /* --static-challenge; NULL: none */
    bool challenge_echo;
    bool challenge_joined; /* format "concat" */

    /* server */
    struct ov_command verify; /* --auth-user-pass-verify */
    bool verify_via_file;
    struct ov_command cr_response; /* --client-crresponse */
    bool optional;                 /* clients may come without a password */
    bool gen_token;                /* --auth-gen-token */
    uint32_t token_lifetime_s;     /* 0: for ever */
    uint32_t token_renewal_s;      /* 0: as --reneg-sec */
    bool token_external;           /* ask the program about tokens too */
    struct ov_text token_secret;   /* from NULL: a random key */
    bool username_as_name;         /* --username-as-common-name */
    enum ov_client_cert client_cert;

    /* programs */
    uint32_t script_security;
    const char *tmp_dir; /* NULL: $TMPDIR, else /tmp */
};

#endif
