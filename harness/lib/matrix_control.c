/* Factors of the control channel: its protection, certificates, TLS versions, login. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define AUTH_KEY  "tls-auth @PKI@/tls-auth.key"
#define V2_SERVER "tls-crypt-v2 @PKI@/tls-crypt-v2-server.key"
#define V2_CLIENT "tls-crypt-v2 @PKI@/tls-crypt-v2-client.key\n"

static const struct lab_value controls[] = {
    {.name = "tls-crypt",
     .title = "tls-crypt",
     .needs = {"tls-crypt"},
     .both = "tls-crypt @PKI@/tls-crypt.key\n",
     .expect = {.wrap = "tls-crypt"}},
    {.name = "plain", .title = "no protection", .expect = {.wrap = "plain"}},
    {.name = "tls-auth",
     .title = "tls-auth without direction",
     .tags = LAB_T_HMAC,
     .needs = {"tls-auth"},
     .both = AUTH_KEY "\n",
     .expect = {.wrap = "tls-auth"}},
    {.name = "tls-auth01",
     .title = "tls-auth, server 0, client 1",
     .tags = LAB_T_HMAC,
     .needs = {"tls-auth"},
     .client = AUTH_KEY " 1\n",
     .server = AUTH_KEY " 0\n",
     .expect = {.wrap = "tls-auth"}},
    {.name = "tls-auth10",
     .title = "tls-auth, server 1, client 0",
     .tags = LAB_T_HMAC,
     .needs = {"tls-auth"},
     .client = AUTH_KEY " 0\n",
     .server = AUTH_KEY " 1\n",
     .expect = {.wrap = "tls-auth"}},
    {.name = "v2",
     .title = "tls-crypt-v2, key with a time",
     .needs = {"tls-crypt-v2"},
     .client = V2_CLIENT,
     .server = V2_SERVER "\n",
     .expect = {.wrap = "tls-crypt-v2"}},
    {.name = "v2-cookie",
     .title = "tls-crypt-v2, server insists on the cookie",
     .needs = {"tls-crypt-v2"},
     .client_needs = "tls-crypt-v2:cookie",
     .server_needs = "tls-crypt-v2:cookie",
     .client = V2_CLIENT,
     .server = V2_SERVER " force-cookie\n",
     .expect = {.wrap = "tls-crypt-v2"}},
    {.name = "v2-metadata",
     .title = "tls-crypt-v2, key with user data",
     .needs = {"tls-crypt-v2"},
     .client = "tls-crypt-v2 @PKI@/tls-crypt-v2-user.key\n",
     .server = V2_SERVER "\n",
     .expect = {.wrap = "tls-crypt-v2"}},
};

const struct lab_factor lab_factor_control = {"control", controls, COUNT(controls)};

#define KEYS_OF(kind)                                                                                        \
    "ca=@PKI@/" kind "/ca.crt\ncert=@PKI@/" kind "/@ROLE@.crt\nkey=@PKI@/" kind "/@ROLE@.key\n"

static const struct lab_value certificates[] = {
    {.name = "ec", .title = "EC P-256 certificates"},
    {.name = "rsa", .title = "RSA-2048 certificates", .both = KEYS_OF("rsa")},
    {.name = "ed25519",
     .title = "Ed25519 certificates",
     .needs = {"certificate:ed25519"},
     .both = KEYS_OF("ed25519")},
};

const struct lab_factor lab_factor_certificate = {"certificate", certificates, COUNT(certificates)};

static const struct lab_value versions[] = {
    {.name = "tls-any", .title = "newest TLS version both have"},
    {.name = "tls12", .title = "TLS 1.2 at most", .both = "tls-version-max 1.2\n", .expect = {.tls = "1.2"}},
    {.name = "tls13",
     .title = "TLS 1.3 at least",
     .needs = {"tls:1.3"},
     .both = "tls-version-min 1.3\n",
     .expect = {.tls = "1.3"}},
};

const struct lab_factor lab_factor_tls = {"tls", versions, COUNT(versions)};

#define CHECKS_LOGIN "script-security 2\nauth-user-pass-verify @ROOT@/netns-lab/login/check via-file\n"

static const struct lab_value logins[] = {
    {.name = "no-login", .title = "certificates only"},
    {.name = "login-file",
     .title = "user name and password from a file",
     .tags = LAB_T_NEGOTIATED,
     .client_needs = "auth-user-pass",
     .server_needs = "auth-user-pass-verify",
     .client = "auth-user-pass @ROOT@/netns-lab/login/right\n",
     .server = CHECKS_LOGIN},
    {.name = "login-inline",
     .title = "user name and password in the configuration",
     .tags = LAB_T_NEGOTIATED,
     .client_needs = "auth-user-pass:inline",
     .server_needs = "auth-user-pass-verify",
     .client = "<auth-user-pass>\nalice\nwonderland\n</auth-user-pass>\n",
     .server = CHECKS_LOGIN},
    {.name = "login-token",
     .title = "a token instead of the password at renegotiation",
     .tags = LAB_T_NEGOTIATED,
     .client_needs = "auth-user-pass",
     .server_needs = "auth-gen-token",
     .client = "auth-user-pass @ROOT@/netns-lab/login/right\n",
     .server = CHECKS_LOGIN "reneg-sec 3600\nauth-gen-token 3600 600\n"},
};

const struct lab_factor lab_factor_login = {"login", logins, COUNT(logins)};
