/* The control channel's protection. */
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
    {.name = "plain", .title = "no protection", .tags = LAB_T_BARE, .expect = {.wrap = "plain"}},
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
    {.name = "v2-judged",
     .title = "tls-crypt-v2, a program of the server looks at the key's user data",
     .needs = {"tls-crypt-v2"},
     .server_needs = "option:tls-crypt-v2-verify",
     .client = "tls-crypt-v2 @PKI@/tls-crypt-v2-user.key\n",
     .server = V2_SERVER "\nscript-security 2\ntls-crypt-v2-verify @ROOT@/netns-lab/login/metadata\n",
     .expect = {.wrap = "tls-crypt-v2"}},
};

const struct lab_factor lab_factor_control = {"control", controls, COUNT(controls)};
