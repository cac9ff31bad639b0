#include "lib/config.h"

#include <stdio.h>
#include <string.h>

#define CONFIG_MAX 8192

/* The option line's file; its path is "" where there is no such line. */
static enum lab_err write_option(const struct lab_config *config, const char *workdir,
                                 char path[static LAB_PATH_MAX], struct lab_why *why)
{
    char text[2048];
    path[0] = '\0';
    if (config->option == NULL || config->option[0] == '\0')
    {
        return LAB_OK;
    }
    int len = snprintf(text, sizeof text, "%s\n", config->option);
    if (len < 0 || (size_t)len >= sizeof text)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "the %s's option line is too long", config->role);
    }
    enum lab_err err = lab_path_set(path, why, "%s/options", workdir);
    return err == LAB_OK ? lab_file_replace(path, text, why) : err;
}

static int format(const struct lab_config *config, const char *workdir, const char *options, char *text,
                  size_t size)
{
    bool server = strcmp(config->role, "server") == 0;
    const char *pki = config->pki;
    bool further = options[0] != '\0';
    char goodbye[32] = "";
    if (!server)
    {
        snprintf(goodbye, sizeof goodbye, "exit_notify=%u\n", config->exit_notify);
    }
    return snprintf(text, size,
                    "role=%s\nproto=%s\n%s=%s\nport=%u\ndev=tun0\ncipher=%s\nauth=%s\n"
                    "ca=%s/ca.crt\ncert=%s/%s.crt\nkey=%s/%s.key\ntls_crypt=%s%s\n"
                    "tunnel4=%s\ntunnel6=%s\ntun_mtu=%u\nkeepalive=%s\nsndbuf=\nrcvbuf=\nverb=3\n"
                    "workdir=%s\n%s%s%s%s",
                    config->role, config->proto, server ? "local" : "remote", config->address, config->port,
                    config->cipher, config->auth, pki, pki, config->role, pki, config->role,
                    config->tls_crypt ? pki : "", config->tls_crypt ? "/tls-crypt.key" : "", config->tunnel4,
                    config->tunnel6, config->tun_mtu, config->keepalive, workdir, further ? "options=" : "",
                    options, further ? "\n" : "", goodbye);
}

enum lab_err lab_config_write(const struct lab_config *config, const char *dir,
                              char path[static LAB_PATH_MAX], struct lab_why *why)
{
    char workdir[LAB_PATH_MAX];
    char options[LAB_PATH_MAX];
    char text[CONFIG_MAX];
    enum lab_err err = lab_path_set(workdir, why, "%s/%s", dir, config->role);
    err = err == LAB_OK ? lab_dir_make(workdir, why) : err;
    err = err == LAB_OK ? write_option(config, workdir, options, why) : err;
    err = err == LAB_OK ? lab_path_set(path, why, "%s/%s.cfg", dir, config->role) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    int len = format(config, workdir, options, text, sizeof text);
    if (len < 0 || (size_t)len >= sizeof text)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "the %s's configuration is too long", config->role);
    }
    return lab_file_replace(path, text, why);
}
