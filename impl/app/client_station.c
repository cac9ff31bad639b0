#include "app/client_station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSED_MS 10000u /* a program is not called for each frame of a station that it refuses */
#define NAME_LEN   32u

/* As 2.x names one, with its VLAN, 0 for none. */
static void name_of(const struct ov_visit_station *station, char out[static NAME_LEN])
{
    const uint8_t *mac = station->mac;
    (void)snprintf(out, NAME_LEN, "%02x:%02x:%02x:%02x:%02x:%02x@%u", mac[0], mac[1], mac[2], mac[3], mac[4],
                   mac[5], station->vlan);
}

/* The link that leads to it, or the last one. */
static struct ov_visit_station **link_of(struct ov_visit *visit, const uint8_t *mac, uint16_t vlan)
{
    struct ov_visit_station **at = &visit->stations;
    while (*at != NULL && !(memcmp((*at)->mac, mac, 6) == 0 && (*at)->vlan == vlan))
    {
        at = &(*at)->next;
    }
    return at;
}

static void drop(struct ov_visit_station **at)
{
    struct ov_visit_station *gone = *at;
    *at = gone->next;
    gone->visit->stations_count--;
    ov_process_forget(gone->process);
    free(gone);
}

/* It was behind another client: whose it is no more. */
static bool take_away(struct ov_client_hook *hook, const struct ov_visit *visit, const uint8_t *mac,
                      uint16_t vlan)
{
    bool had = false;
    for (struct ov_visit *other = hook->first; other != NULL; other = other->next)
    {
        struct ov_visit_station **at = link_of(other, mac, vlan);
        if (other != visit && *at != NULL && (*at)->answer == OV_STATION_GOOD)
        {
            had = true;
            drop(at);
        }
    }
    return had;
}

static void on_end(void *ctx, int status)
{
    struct ov_visit_station *station = ctx;
    struct ov_client_hook *hook = station->visit->hook;
    char name[NAME_LEN];
    station->process = NULL;
    station->answer = status == 0 ? OV_STATION_GOOD : OV_STATION_BAD;
    if (status == 0)
    {
        (void)take_away(hook, station->visit, station->mac, station->vlan);
        return;
    }
    station->again_ms = ov_loop_now().mono_ms + REFUSED_MS;
    name_of(station, name);
    ov_logf(hook->spec.log, OV_LOG_WARN, "%s: --learn-address refuses %s (exit status %d)",
            station->visit->name, name, status);
}

static bool is_elsewhere(const struct ov_client_hook *hook, const struct ov_visit_station *station)
{
    for (struct ov_visit *other = hook->first; other != NULL; other = other->next)
    {
        const struct ov_visit_station *known = *link_of(other, station->mac, station->vlan);
        if (other != station->visit && known != NULL && known->answer == OV_STATION_GOOD)
        {
            return true;
        }
    }
    return false;
}

static enum ov_err ask(struct ov_visit_station *station, struct ov_now now)
{
    struct ov_visit *visit = station->visit;
    char name[NAME_LEN];
    name_of(station, name);
    const char *const more[] = {is_elsewhere(visit->hook, station) ? "update" : "add", name, visit->name,
                                NULL};
    station->answer = OV_STATION_ASKED;
    if (!ov_visit_run_for(visit, &visit->hook->spec.config->clients.learn, more, "learn-address", on_end,
                          station, &station->process))
    {
        station->answer = OV_STATION_BAD;
        station->again_ms = now.mono_ms + REFUSED_MS;
        return OV_ERR_ADDRESS;
    }
    return OV_ERR_AGAIN;
}

/* Whoever makes addresses up neither fills memory nor starts programs without end. */
static bool has_room(struct ov_visit *visit, struct ov_now now)
{
    unsigned asked = 0;
    struct ov_visit_station **at = &visit->stations;
    while (*at != NULL)
    {
        asked += (*at)->answer == OV_STATION_ASKED;
        if ((*at)->answer == OV_STATION_BAD && now.mono_ms >= (*at)->again_ms)
        {
            drop(at);
        }
        else
        {
            at = &(*at)->next;
        }
    }
    return asked < OV_STATIONS_ASKED && visit->stations_count < OV_STATIONS_MAX;
}

enum ov_err ov_client_station_learn(void *ctx, uint64_t ticket, const uint8_t mac[static 6], uint16_t vlan,
                                    struct ov_now now)
{
    struct ov_client_hook *hook = ctx;
    struct ov_visit *visit = hook->first;
    while (visit != NULL && (visit->ticket != ticket || visit->stage != OV_VISIT_STAYS))
    {
        visit = visit->next;
    }
    if (visit == NULL)
    {
        return OV_ERR_ADDRESS;
    }
    struct ov_visit_station **at = link_of(visit, mac, vlan);
    struct ov_visit_station *station = *at;
    if (station != NULL)
    {
        return station->answer == OV_STATION_GOOD    ? OV_OK
               : station->answer == OV_STATION_ASKED ? OV_ERR_AGAIN
               : now.mono_ms >= station->again_ms    ? ask(station, now)
                                                     : OV_ERR_ADDRESS;
    }
    if (!has_room(visit, now))
    {
        return OV_ERR_LIMIT;
    }
    at = link_of(visit, mac, vlan);
    station = calloc(1, sizeof *station);
    if (station == NULL)
    {
        return OV_ERR_NOMEM;
    }
    *station = (struct ov_visit_station){.visit = visit, .vlan = vlan};
    memcpy(station->mac, mac, sizeof station->mac);
    *at = station;
    visit->stations_count++;
    return ask(station, now);
}

void ov_visit_drop_stations(struct ov_visit *visit, bool told)
{
    while (visit->stations != NULL)
    {
        char name[NAME_LEN];
        const char *const more[] = {"delete", name, NULL};
        name_of(visit->stations, name);
        if (told && visit->stations->answer == OV_STATION_GOOD)
        {
            ov_visit_run_alone(visit, &visit->hook->spec.config->clients.learn, more, "learn-address");
        }
        drop(&visit->stations);
    }
}
