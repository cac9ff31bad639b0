/* A series of the history as JSON, for dashboards and scripts of one's own. */
#ifndef OV_LAB_HISTORY_JSON_H
#define OV_LAB_HISTORY_JSON_H

#include "lib/history.h"

#include <jansson.h>

/* An object: `name`, `better` ("bigger", "smaller" or ""), `points` by time (`run_id`, `started`, `commit`, `ratio` to the
 * reference), `epochs` (`from`: index of a point, `epoch`: machine and reference) and `changes` (`at`: index of the first
 * point after it, `before`, `after`: median ratios, `p`, `worse`, `from_commit`, `to_commit`). LAB_ERR_SYSTEM: no memory. */
LAB_MUST_USE enum lab_err lab_history_series_json(const struct lab_history *history,
                                                  const struct lab_history_series *series,
                                                  const struct lab_change_rule *rule, json_t **object,
                                                  struct lab_why *why);

#endif
