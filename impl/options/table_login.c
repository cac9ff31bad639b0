#include "options/table_rows.h"

/* Logging in: what a client answers, and how a server judges it. */
static const struct ov_option rows[] = {
    OTHER("auth-user-pass", "[file|username-only]", 0, 1, BOTH | BLOCK | CLIENT, auth_user_pass, "", "",
          "log in with name and password: two lines of file, or asked for at the terminal; username-only: "
          "the name "
          "alone is asked for, '[[BLANK]]' goes as password"),
    FLAG("auth-nocache", BOTH, login.nocache, "", "forget the password as soon as it was sent"),
    OTHER("auth-retry", "none|nointeract|interact", 1, 1, BOTH | MANAGE | CLIENT, auth_retry, "none", "",
          "after a refused login: end, try again with the same, or ask again"),
    OTHER("auth-token", "token", 1, 1, BOTH | PUSH | CLIENT, auth_token, "", "2.3",
          "password that replaces the real one"),
    OTHER("auth-token-user", "base64", 1, 1, BOTH | PUSH | CLIENT, auth_token_user, "", "2.4",
          "user name that goes with auth-token"),
    OTHER("static-challenge", "text echo [scrv1|concat]", 2, 3, BOTH | CLIENT, static_challenge, "", "2.2",
          "ask for a second answer at login; echo 1 shows what is typed"),
    OTHER("auth-user-pass-verify", "command via-env|via-file", 2, 2, BOTH | SERVER, auth_verify, "", "",
          "program that judges logins; exit status 0 good, 1 refused, 2 decided later"),
    OTHER("client-crresponse", "command", 1, 1, BOTH | SERVER, cr_response, "", "2.6",
          "program that gets a client's answer to a question"),
    FLAG("auth-user-pass-optional", BOTH | SERVER, login.optional, "", "let clients come without a password"),
    OTHER("auth-gen-token", "[lifetime] [renewal] [external-auth]", 0, 3, BOTH | SERVER, gen_token, "", "2.4",
          "give clients a token instead of their password; seconds, 0: for ever"),
    FROM_FILE("auth-gen-token-secret", BOTH | SERVER, login.token_secret, "2.5",
              "key that makes tokens, so that they outlive this process"),
    FLAG("username-as-common-name", BOTH | SERVER, login.username_as_name, "",
         "the login name identifies a client"),
    OTHER("verify-client-cert", "none|optional|require", 1, 1, BOTH | SERVER, client_cert, "require", "2.4",
          "whether clients need a certificate"),
    NUMBER("script-security", "level", BOTH, login.script_security, 0, 3, "1", "2.1",
           "which programs may be called: 2 those named here, 3 also with passwords in their environment"),
    TEXT("tmp-dir", "dir", BOTH, login.tmp_dir, "$TMPDIR or /tmp", "", "where temporary files go"),
};

GROUP(ov_options_login, "Login:", rows);
