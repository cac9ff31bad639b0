#ifndef OV_APP_CLIENT_STATION_H
#define OV_APP_CLIENT_STATION_H

#include "app/client_visit.h"

/* tap: --learn-address is asked about each station (MAC address) behind a client before the hub learns it. The frames
 * of a station wait for nobody: until there is an answer, and where that is no, they are dropped. */

#define OV_STATIONS_MAX   256u /* of one client */
#define OV_STATIONS_ASKED 16u  /* of them, at one time */

enum ov_station_answer
{
    OV_STATION_ASKED = 0,
    OV_STATION_GOOD,
    OV_STATION_BAD /* until again_ms */
};

struct ov_visit_station
{
    struct ov_visit_station *next;
    struct ov_visit *visit;
    uint8_t mac[6];
    uint16_t vlan;
    enum ov_station_answer answer;
    uint64_t again_ms;
    struct ov_process *process; /* NULL: none runs */
};

/* For the settings of the hub; ctx is the hook. OV_OK: it may be learned. OV_ERR_AGAIN: not yet. OV_ERR_ADDRESS: not,
 * and OV_ERR_LIMIT, OV_ERR_NOMEM neither. */
enum ov_err ov_client_station_learn(void *ctx, uint64_t ticket, const uint8_t mac[static 6], uint16_t vlan,
                                    struct ov_now now);
/* The client leaves: those that it had are told, as "delete" (told), and all are forgotten. */
void ov_visit_drop_stations(struct ov_visit *visit, bool told);

#endif
