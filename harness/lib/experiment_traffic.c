/* The traffic of a point: numbers, events and floods with its values. */
#include "lib/experiment_fill.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_SECONDS "2"

struct quantity
{
    const char *name;
    const char *text;
    const char *otherwise;
    double from;
    double to;
    double *number; /* one of both */
    unsigned *whole;
};

static enum lab_err set_quantity(const struct lab_point *point, const struct quantity *quantity,
                                 struct lab_why *why)
{
    struct lab_operand value;
    struct lab_scope scope = lab_point_scope(point);
    enum lab_err err =
        lab_expr_eval(quantity->text != NULL ? quantity->text : quantity->otherwise, &scope, &value, why);
    if (err == LAB_OK && !(value.number >= quantity->from && value.number <= quantity->to))
    {
        char seen[100];
        lab_value_print(&value, seen, sizeof seen);
        err = lab_why_set(why, LAB_ERR_FORMAT, "%s of a traffic is %s, not %.10g to %.10g", quantity->name,
                          seen, quantity->from, quantity->to);
    }
    if (err == LAB_OK && quantity->number != NULL)
    {
        *quantity->number = value.number;
    }
    else if (err == LAB_OK)
    {
        *quantity->whole = (unsigned)(value.number + 0.5);
    }
    return err;
}

static enum lab_err set_events(struct lab_point *point, struct lab_traffic_plan *plan, struct lab_why *why)
{
    const struct lab_traffic *def = plan->def;
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; err == LAB_OK && i < def->events_count; i++)
    {
        const struct quantity after = {"after", def->events[i].after,    "0", 0,
                                       3600,    &plan->event_after_s[i], NULL};
        err = set_quantity(point, &after, why);
        err = err == LAB_OK ? lab_point_meant(point, def->events[i].when, &plan->event_meant[i], why) : err;
        if (err == LAB_OK && plan->event_meant[i] && def->events[i].tell != NULL)
        {
            err = lab_point_fill(point, def->events[i].tell, "", plan->event_tell[i],
                                 sizeof plan->event_tell[i], why);
            point->link_told = true;
        }
    }
    return err;
}

static enum lab_err set_one_traffic(struct lab_point *point, struct lab_traffic_plan *plan,
                                    struct lab_why *why)
{
    const struct lab_traffic *def = plan->def;
    bool pinging = def->kind == LAB_TRAFFIC_PING;
    const struct quantity quantities[] = {
        {"seconds", def->seconds, DEFAULT_SECONDS, 0.1, 3600, &plan->seconds, NULL},
        {"mbps", def->mbps, "10", 0.001, 1e6, &plan->mbps, NULL},
        {"pps", def->pps, pinging ? "100" : "2000", 0.1, 1e6, &plan->pps, NULL},
        {"streams", def->streams, "1", 1, 64, NULL, &plan->streams},
        {"length", def->length, pinging ? "56" : "200", 16, 65000, NULL, &plan->length},
        {"connections", def->connections, "200", 1, 100000, NULL, &plan->connections},
        {"parallel", def->parallel, "8", 1, 256, NULL, &plan->parallel},
        {"request", def->request, "200", 1, 1 << 20, NULL, &plan->request},
        {"response", def->response, "2000", 1, 1 << 24, NULL, &plan->response},
        {"pps (flood)", def->flood.pps, "1000", 1, 50000, &plan->flood_pps, NULL},
        {"limit (flood)", def->flood.limit, "0", 0, 10000000, &plan->flood_limit, NULL},
    };
    enum lab_err err = LAB_OK;
    lab_traffic_name(def, plan->name);
    for (size_t i = 0; err == LAB_OK && i < sizeof quantities / sizeof quantities[0]; i++)
    {
        err = set_quantity(point, &quantities[i], why);
    }
    err = err == LAB_OK ? set_events(point, plan, why) : err;
    err = err == LAB_OK ? lab_point_fill(point, def->flood.kind, "", plan->flood, sizeof plan->flood, why)
                        : err;
    if (strcmp(plan->flood, "none") == 0)
    {
        plan->flood[0] = '\0';
    }
    return err;
}

enum lab_err lab_point_traffic(struct lab_point *point, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; err == LAB_OK && i < point->experiment->traffic_count && i < LAB_TRAFFIC_MAX; i++)
    {
        point->traffic[i].def = &point->experiment->traffic[i];
        err = set_one_traffic(point, &point->traffic[i], why);
        point->traffic_count++;
    }
    return err;
}
