#include "session/settings.h"

void ov_session_settings_init(struct ov_session_settings *settings, const struct ov_config *config,
                              const struct ov_crypto *crypto, struct ov_tls_conf *tls,
                              const struct ov_control_keys *keys, const char *version)
{
    static const struct ov_control_keys plain;
    *settings = (struct ov_session_settings){
        .config = config,
        .crypto = crypto,
        .tls = tls,
        .keys = keys != NULL ? keys : &plain,
        .version = version,
        .platform = "linux",
        .stream = ov_proto_is_tcp(config->proto),
        .built = {.cc_exit = true, .tls_ekm = true, .dyn_tls_crypt = true, .aead_epoch = true},
    };
}
