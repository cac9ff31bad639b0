#include "lib/experiment_point.h"

#include "lib/experiment_fill.h"

#include <stdio.h>
#include <string.h>

#define PORT 1194

static enum lab_err set_subject(struct lab_point *point, const char *text, struct lab_why *why)
{
    snprintf(point->subject, sizeof point->subject, "%s", text);
    const char *arrow = strstr(text, " -> ");
    if (strcmp(text, "bare") == 0)
    {
        return LAB_OK;
    }
    size_t len = arrow != NULL ? (size_t)(arrow - text) : strlen(text);
    const char *server = arrow != NULL ? arrow + 4 : text;
    if (len == 0 || len >= sizeof point->client || server[0] == '\0' ||
        strlen(server) >= sizeof point->server)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "'%.80s' is no subject, CLIENT -> SERVER or bare", text);
    }
    snprintf(point->client, sizeof point->client, "%.*s", (int)len, text);
    snprintf(point->server, sizeof point->server, "%s", server);
    return LAB_OK;
}

/* EXPERIMENT/SUBJECT/key=value/key=value/rREPEAT */
static enum lab_err set_id(struct lab_point *point, struct lab_why *why)
{
    int len = snprintf(point->id, sizeof point->id, "%s/%s%s%s/", point->experiment->name,
                       point->client[0] != '\0' ? point->client : "bare",
                       strcmp(point->client, point->server) != 0 ? ">" : "",
                       strcmp(point->client, point->server) != 0 ? point->server : "");
    for (unsigned i = 0; i < point->experiment->axes_count && len < (int)sizeof point->id; i++)
    {
        len += snprintf(point->id + len, sizeof point->id - (size_t)len, "%s%s=%s", i > 0 ? "/" : "",
                        point->experiment->axes[i].key, point->texts[i]);
    }
    if (len < (int)sizeof point->id)
    {
        len += snprintf(point->id + len, sizeof point->id - (size_t)len, "%sr%u",
                        point->experiment->axes_count > 0 ? "/" : "", point->repeat);
    }
    return len < (int)sizeof point->id
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "the point %.80s... has too long a name", point->id);
}

/* A word ends at a blank, but not inside ${}. */
static size_t word_len(const char *at)
{
    size_t len = 0;
    bool inside = false;
    while (at[len] != '\0' && (inside || strchr(" \t\n", at[len]) == NULL))
    {
        inside = (inside || at[len] == '{') && at[len] != '}';
        len++;
    }
    return len;
}

/* Words that become "default" leave the list: the impairment is not asked for then. */
static enum lab_err add_words(struct lab_point *point, const char *words, char *dst, size_t size,
                              struct lab_why *why)
{
    struct lab_scope scope = lab_point_scope(point);
    for (const char *at = words != NULL ? words : ""; *at != '\0';)
    {
        char word[256];
        char filled[128];
        bool missing;
        size_t used = strlen(dst);
        size_t len = word_len(at);
        if (len >= sizeof word)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "'%.60s...' is too long", at);
        }
        snprintf(word, sizeof word, "%.*s", (int)len, at);
        at += len;
        at += strspn(at, " \t\n");
        enum lab_err err = lab_expr_fill(word, &scope, filled, sizeof filled, &missing, why);
        if (err == LAB_OK && !missing && used + strlen(filled) + 2 > size)
        {
            err = lab_why_set(why, LAB_ERR_USAGE, "'%.60s...' is too long with its values", words);
        }
        if (err != LAB_OK)
        {
            return err;
        }
        if (!missing && filled[0] != '\0')
        {
            snprintf(dst + used, size - used, "%s%s", used > 0 ? " " : "", filled);
        }
    }
    return LAB_OK;
}

static enum lab_err set_link(struct lab_point *point, struct lab_why *why)
{
    const struct lab_link_texts *link = &point->experiment->link;
    enum lab_err err = add_words(point, link->both, point->up, sizeof point->up, why);
    err = err == LAB_OK ? add_words(point, link->up, point->up, sizeof point->up, why) : err;
    err = err == LAB_OK ? add_words(point, link->both, point->down, sizeof point->down, why) : err;
    return err == LAB_OK ? add_words(point, link->down, point->down, sizeof point->down, why) : err;
}

static enum lab_err append_line(char *dst, const char *line, struct lab_why *why)
{
    size_t used = strlen(dst);
    int len = snprintf(dst + used, LAB_OPTIONS_LEN - used, "%s%s", used > 0 ? "\n" : "", line);
    return used + (size_t)len < LAB_OPTIONS_LEN
               ? LAB_OK
               : lab_why_set(why, LAB_ERR_USAGE, "the options are longer than %d octets", LAB_OPTIONS_LEN);
}

static enum lab_err add_feature(struct lab_point *point, size_t *count, const char *fmt, const char *word,
                                struct lab_why *why)
{
    char text[96];
    if (*count == sizeof point->features / sizeof point->features[0])
    {
        return lab_why_set(why, LAB_ERR_USAGE, "more than %zu features are asked for", *count);
    }
    int len = snprintf(text, sizeof text, "%s%.*s", fmt, (int)strcspn(word, " \t"), word);
    if (len >= (int)sizeof point->features[0])
    {
        return lab_why_set(why, LAB_ERR_USAGE, "'%.60s' is too long for a feature", text);
    }
    for (size_t i = 0; i < *count; i++)
    {
        if (strcmp(point->features[i], text) == 0)
        {
            return LAB_OK;
        }
    }
    memcpy(point->features[*count], text, (size_t)len + 1);
    (*count)++;
    return LAB_OK;
}

/* What a program does not know it says by name: each option is a feature that is asked for. */
static enum lab_err set_options(struct lab_point *point, size_t *feature_count, struct lab_why *why)
{
    const struct lab_experiment *experiment = point->experiment;
    struct lab_scope scope = lab_point_scope(point);
    for (unsigned i = 0; i < experiment->options_count; i++)
    {
        const struct lab_option_line *option = &experiment->options[i];
        char line[256];
        bool meant;
        bool missing = false;
        enum lab_err err = lab_point_meant(point, option->when, &meant, why);
        err = err == LAB_OK ? lab_expr_fill(option->line, &scope, line, sizeof line, &missing, why) : err;
        if (err == LAB_OK && meant && !missing)
        {
            err = option->on != LAB_SIDE_SERVER ? append_line(point->client_options, line, why) : LAB_OK;
            err = err == LAB_OK && option->on != LAB_SIDE_CLIENT
                      ? append_line(point->server_options, line, why)
                      : err;
            err = err == LAB_OK ? add_feature(point, feature_count, "option:", line, why) : err;
        }
        if (err != LAB_OK)
        {
            return err;
        }
    }
    return LAB_OK;
}

static enum lab_err set_control(struct lab_point *point, const char *mode, struct lab_why *why)
{
    static const char *const modes[] = {"none", "tls-auth", "tls-crypt", "tls-crypt-v2"};
    char line[LAB_PATH_MAX + 64];
    size_t at = 0;
    while (at < 4 && strcmp(modes[at], mode) != 0)
    {
        at++;
    }
    point->scenario.tls_crypt = at == 2;
    if (at == 4)
    {
        return lab_why_set(why, LAB_ERR_FORMAT,
                           "control is '%.40s' (allowed: none, tls-auth, tls-crypt, tls-crypt-v2)", mode);
    }
    if (at == 0 || at == 2)
    {
        return LAB_OK;
    }
    snprintf(line, sizeof line,
             at == 1 ? "tls-auth %s/tls-auth.key 1" : "tls-crypt-v2 %s/tls-crypt-v2-client.key", point->pki);
    enum lab_err err = append_line(point->client_options, line, why);
    snprintf(line, sizeof line,
             at == 1 ? "tls-auth %s/tls-auth.key 0" : "tls-crypt-v2 %s/tls-crypt-v2-server.key", point->pki);
    return err == LAB_OK ? append_line(point->server_options, line, why) : err;
}

static enum lab_err set_tunnel(struct lab_point *point, size_t *feature_count, struct lab_why *why)
{
    const struct lab_tunnel_texts *tunnel = &point->experiment->tunnel;
    char control[32];
    char mtu[32];
    struct lab_operand mtu_value;
    enum lab_err err = lab_point_fill(point, tunnel->proto, "udp4", point->proto, sizeof point->proto, why);
    err = err == LAB_OK
              ? lab_point_fill(point, tunnel->cipher, "AES-256-GCM", point->cipher, sizeof point->cipher, why)
              : err;
    err = err == LAB_OK ? lab_point_fill(point, tunnel->auth, "SHA256", point->auth, sizeof point->auth, why)
                        : err;
    err = err == LAB_OK ? lab_point_fill(point, tunnel->control, "tls-crypt", control, sizeof control, why)
                        : err;
    err = err == LAB_OK ? lab_point_fill(point, tunnel->tun_mtu, "1500", mtu, sizeof mtu, why) : err;
    err = err == LAB_OK ? lab_point_fill(point, tunnel->keepalive, "10/60", point->keepalive,
                                         sizeof point->keepalive, why)
                        : err;
    err = err == LAB_OK ? set_control(point, control, why) : err;
    lab_value_parse(err == LAB_OK ? mtu : "", &mtu_value);
    if (err == LAB_OK && !(mtu_value.number >= 100.0 && mtu_value.number <= 65536.0))
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "tun_mtu is '%.20s', not 100 to 65536", mtu);
    }
    if (err == LAB_OK && strcmp(point->proto, "udp4") != 0 && strcmp(point->proto, "udp6") != 0 &&
        strcmp(point->proto, "tcp4") != 0 && strcmp(point->proto, "tcp6") != 0)
    {
        err =
            lab_why_set(why, LAB_ERR_FORMAT, "proto is '%s' (allowed: udp4, udp6, tcp4, tcp6)", point->proto);
    }
    point->scenario.tun_mtu = err == LAB_OK ? (unsigned)mtu_value.number : 0;
    err = err == LAB_OK ? add_feature(point, feature_count, "", point->proto, why) : err;
    err = err == LAB_OK ? add_feature(point, feature_count, "cipher:", point->cipher, why) : err;
    return err == LAB_OK && strcmp(control, "none") != 0 ? add_feature(point, feature_count, "", control, why)
                                                         : err;
}

/* Without a profile there is no shim either. */
static enum lab_err set_profiles(struct lab_point *point, size_t *feature_count, struct lab_why *why)
{
    const char *texts[2] = {point->experiment->profile.client, point->experiment->profile.server};
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < 2; i++)
    {
        bool missing = false;
        struct lab_scope scope = lab_point_scope(point);
        err = texts[i] != NULL ? lab_expr_fill(texts[i], &scope, point->profile[i], sizeof point->profile[i],
                                               &missing, why)
                               : LAB_OK;
        if (missing || err != LAB_OK)
        {
            point->profile[i][0] = '\0';
        }
        point->scenario.profile[i] = point->profile[i][0] != '\0' ? point->profile[i] : NULL;
    }
    bool shimmed = point->profile[0][0] != '\0' || point->profile[1][0] != '\0';
    return err == LAB_OK && shimmed ? add_feature(point, feature_count, "", "profile", why) : err;
}

static enum lab_err set_features(struct lab_point *point, struct lab_why *why)
{
    size_t count = 0;
    enum lab_err err = set_tunnel(point, &count, why);
    err = err == LAB_OK ? set_options(point, &count, why) : err;
    err = err == LAB_OK ? set_profiles(point, &count, why) : err;
    for (unsigned i = 0; err == LAB_OK && i < point->experiment->features_count; i++)
    {
        char word[96];
        err = lab_point_fill(point, point->experiment->features[i], "", word, sizeof word, why);
        err = err == LAB_OK && word[0] != '\0' ? add_feature(point, &count, "", word, why) : err;
    }
    for (size_t i = 0; i < count; i++)
    {
        point->feature_list[i] = point->features[i];
    }
    point->feature_list[count] = NULL;
    return err;
}

static enum lab_err set_system(struct lab_point *point, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; err == LAB_OK && i < point->experiment->system_count; i++)
    {
        bool missing = false;
        struct lab_scope scope = lab_point_scope(point);
        if (point->system_count == sizeof point->system / sizeof point->system[0])
        {
            return lab_why_set(why, LAB_ERR_USAGE, "more than %zu lines of system", point->system_count);
        }
        err = lab_expr_fill(point->experiment->system[i], &scope, point->system[point->system_count],
                            sizeof point->system[0], &missing, why);
        point->system_count += err == LAB_OK && !missing;
    }
    return err;
}

static void set_scenario(struct lab_point *point)
{
    struct lab_scenario *scenario = &point->scenario;
    scenario->id = point->experiment->name;
    scenario->proto = point->proto;
    scenario->port = PORT;
    scenario->cipher = point->cipher;
    scenario->auth = point->auth;
    scenario->keepalive = point->keepalive;
    scenario->exit_notify = 1;
    scenario->tunnel4 = "10.8.0.0/255.255.255.0";
    scenario->tunnel6 = "fd00:8::/64";
    scenario->server_tunnel4 = "10.8.0.1";
    scenario->server_tunnel6 = "fd00:8::1";
    scenario->client_options = point->client_options;
    scenario->server_options = point->server_options;
    scenario->features = point->feature_list;
    point->def = (struct lab_case_def){
        .id = point->experiment->name,
        .title = point->experiment->title,
        .matrix = point->client[0] == '\0' ? LAB_MATRIX_NONE : LAB_MATRIX_PAIRS,
        .scenario = scenario,
        .steps = point->steps,
    };
    point->def.step_count = lab_point_steps(point, point->steps);
}

enum lab_err lab_point_make(struct lab_point *point, const struct lab_experiment *experiment, const char *pki,
                            const struct lab_place_in *place, struct lab_why *why)
{
    *point = (struct lab_point){.experiment = experiment, .pki = pki, .repeat = place->repeat};
    for (unsigned i = 0; i < experiment->axes_count; i++)
    {
        snprintf(point->texts[i], sizeof point->texts[i], "%s", place->values[i]);
        lab_value_parse(place->values[i], &point->values[i]);
    }
    enum lab_err err = set_subject(point, place->subject, why);
    err = err == LAB_OK ? set_id(point, why) : err;
    err = err == LAB_OK ? set_link(point, why) : err;
    err = err == LAB_OK ? set_features(point, why) : err;
    err = err == LAB_OK ? set_system(point, why) : err;
    err = err == LAB_OK ? lab_point_traffic(point, why) : err;
    set_scenario(point);
    return err;
}

double lab_point_seconds(const struct lab_point *point)
{
    return lab_case_seconds(&point->def, 0);
}
