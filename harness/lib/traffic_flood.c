/* What a third host sends at the server while traffic runs. */
#include "lib/traffic.h"

#include <stdio.h>
#include <string.h>

#define WARM_UP_S 1.0 /* iperf3's, which the flood lasts through */

enum lab_err lab_traffic_flood_add(struct lab_traffic_run *run, struct lab_why *why)
{
    const struct lab_traffic_plan *plan = run->plan;
    const struct lab_topology *net = run->cell->topology;
    const struct lab_scenario *scenario = run->cell->item->def->scenario;
    size_t at = run->helper_count;
    char *words = run->words[at][0];
    bool warms_up = plan->def->kind == LAB_TRAFFIC_TCP;
    if (plan->flood[0] == '\0')
    {
        return LAB_OK;
    }
    if (net->third_ns[0] == '\0')
    {
        return lab_why_set(why, LAB_ERR_USAGE,
                           "a flood needs a third host at the router, as topology hub has");
    }
    snprintf(words, 32, "%u", scenario->port);
    snprintf(words + 32, 32, "%.6g", plan->flood_pps);
    snprintf(words + 64, 32, "%.2f", plan->seconds + (warms_up ? WARM_UP_S : 0.0));
    snprintf(words + 96, 32, "%.0f", plan->flood_limit);
    /* Whoever wants to be faster than the client hears it in front of the link, else behind it. */
    bool early = strcmp(plan->flood, "race") == 0;
    snprintf(words + 128, 128, "%s/%s", early ? net->router_ns : net->server_ns,
             early ? net->router_client_if : net->server_if);
    const char *argv[] = {run->cell->paths->labflood,
                          plan->flood,
                          net->server_addr4,
                          words,
                          words + 32,
                          words + 64,
                          "--answers",
                          net->third_if,
                          "--hear",
                          words + 128,
                          plan->flood_limit > 0.0 ? "--limit" : NULL,
                          words + 96};
    memcpy(run->argv[at], argv, sizeof argv);
    snprintf(run->words[at][1], LAB_PATH_MAX, "flood-%s.json", plan->name);
    struct lab_helper *helper = lab_traffic_helper(run, run->words[at][1], 0);
    helper->argv = run->argv[at];
    helper->netns = net->third_ns;
    helper->must_succeed = true;
    return LAB_OK;
}

enum lab_err lab_traffic_flood_take(struct lab_traffic_run *run, struct lab_why *why)
{
    char name[LAB_PATH_MAX];
    snprintf(name, sizeof name, "flood-%s.json", run->plan->name);
    for (size_t i = 0; run->plan->flood[0] != '\0' && i < run->helper_count; i++)
    {
        if (strcmp(run->helpers[i].log_name, name) != 0)
        {
            continue;
        }
        json_t *object = json_loads(run->helpers[i].output, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(object))
        {
            json_decref(object);
            return lab_why_set(why, LAB_ERR_FORMAT, "%s: %.200s", name, run->helpers[i].output);
        }
        json_object_update(run->values, object);
        json_decref(object);
    }
    return LAB_OK;
}
