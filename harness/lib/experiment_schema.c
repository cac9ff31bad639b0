#include "lib/experiment_schema.h"

#include "lib/experiment.h"

#define TEXT_MAX  4096
#define LIST_MAX  64
#define COUNT(of) (sizeof(of) / sizeof(of)[0])
#define MUST      CYAML_FLAG_POINTER
#define MAY       (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define NAMED     (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)

#define TEXT(key, flags, type, member) CYAML_FIELD_STRING_PTR(key, flags, type, member, 0, TEXT_MAX)
#define LIST(key, flags, type, member, entry, min)                                                           \
    CYAML_FIELD_SEQUENCE(key, flags, type, member, &(entry), min, LIST_MAX)

static const cyaml_strval_t sides[] = {
    {"both", LAB_SIDE_BOTH}, {"client", LAB_SIDE_CLIENT}, {"server", LAB_SIDE_SERVER}};

static const cyaml_strval_t directions[] = {{"up", LAB_UP}, {"down", LAB_DOWN}, {"both", LAB_BOTH}};

static const cyaml_strval_t payloads[] = {{"random", LAB_PAYLOAD_RANDOM},
                                          {"repeating", LAB_PAYLOAD_REPEATING}};

static const cyaml_strval_t kinds[] = {
    {"tcp", LAB_TRAFFIC_TCP},           {"udp", LAB_TRAFFIC_UDP},           {"ping", LAB_TRAFFIC_PING},
    {"sequence", LAB_TRAFFIC_SEQUENCE}, {"requests", LAB_TRAFFIC_REQUESTS}, {"wait", LAB_TRAFFIC_WAIT},
};

static const cyaml_schema_value_t text = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, TEXT_MAX)};

static const cyaml_schema_field_t axis_fields[] = {
    TEXT("key", MUST, struct lab_axis, key),
    TEXT("title", MAY, struct lab_axis, title),
    TEXT("unit", MAY, struct lab_axis, unit),
    LIST("values", MUST, struct lab_axis, values, text, 1),
    LIST("quick", MAY, struct lab_axis, quick, text, 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t axis = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_axis, axis_fields)};

static const cyaml_schema_field_t option_fields[] = {
    TEXT("line", MUST, struct lab_option_line, line),
    CYAML_FIELD_ENUM("on", NAMED, struct lab_option_line, on, sides, COUNT(sides)),
    TEXT("when", MAY, struct lab_option_line, when),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t option = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_option_line, option_fields)};

static const cyaml_schema_field_t event_fields[] = {
    TEXT("after", MUST, struct lab_event, after),
    TEXT("run", MAY, struct lab_event, run),
    TEXT("tell", MAY, struct lab_event, tell),
    TEXT("when", MAY, struct lab_event, when),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t event = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_event, event_fields)};

static const cyaml_schema_field_t flood_fields[] = {
    TEXT("kind", MUST, struct lab_flood_texts, kind),
    TEXT("pps", MUST, struct lab_flood_texts, pps),
    TEXT("limit", MAY, struct lab_flood_texts, limit),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t traffic_fields[] = {
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct lab_traffic, kind, kinds, COUNT(kinds)),
    TEXT("name", MAY, struct lab_traffic, name),
    CYAML_FIELD_ENUM("direction", NAMED, struct lab_traffic, direction, directions, COUNT(directions)),
    CYAML_FIELD_ENUM("payload", NAMED, struct lab_traffic, payload, payloads, COUNT(payloads)),
    CYAML_FIELD_BOOL("pings", CYAML_FLAG_OPTIONAL, struct lab_traffic, pings),
    TEXT("seconds", MAY, struct lab_traffic, seconds),
    TEXT("streams", MAY, struct lab_traffic, streams),
    TEXT("mbps", MAY, struct lab_traffic, mbps),
    TEXT("pps", MAY, struct lab_traffic, pps),
    TEXT("length", MAY, struct lab_traffic, length),
    TEXT("connections", MAY, struct lab_traffic, connections),
    TEXT("parallel", MAY, struct lab_traffic, parallel),
    TEXT("request", MAY, struct lab_traffic, request),
    TEXT("response", MAY, struct lab_traffic, response),
    CYAML_FIELD_MAPPING("flood", CYAML_FLAG_OPTIONAL, struct lab_traffic, flood, flood_fields),
    LIST("events", MAY, struct lab_traffic, events, event, 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t traffic = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_traffic, traffic_fields)};

static const cyaml_schema_field_t expect_fields[] = {
    TEXT("that", MUST, struct lab_expectation, that),
    TEXT("when", MAY, struct lab_expectation, when),
    TEXT("because", MAY, struct lab_expectation, because),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t expect = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_expectation, expect_fields)};

static const cyaml_schema_field_t bisect_fields[] = {
    TEXT("key", MUST, struct lab_bisect, key),
    TEXT("when", MUST, struct lab_bisect, when),
    TEXT("low", MAY, struct lab_bisect, low),
    TEXT("high", MAY, struct lab_bisect, high),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t bisect = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_bisect, bisect_fields)};

static const cyaml_schema_field_t column_fields[] = {
    TEXT("title", MUST, struct lab_column, title),
    TEXT("unit", MAY, struct lab_column, unit),
    TEXT("of", MUST, struct lab_column, of),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t column = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_column, column_fields)};

static const cyaml_schema_field_t grid_fields[] = {
    TEXT("title", MUST, struct lab_grid, title),   TEXT("rows", MUST, struct lab_grid, rows),
    TEXT("across", MUST, struct lab_grid, across), TEXT("of", MUST, struct lab_grid, of),
    TEXT("unit", MAY, struct lab_grid, unit),      CYAML_FIELD_END,
};
static const cyaml_schema_value_t grid = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_grid, grid_fields)};

static const cyaml_schema_field_t knee_fields[] = {
    TEXT("title", MUST, struct lab_knee, title),
    TEXT("along", MUST, struct lab_knee, along),
    TEXT("of", MUST, struct lab_knee, of),
    CYAML_FIELD_FLOAT("share", CYAML_FLAG_DEFAULT, struct lab_knee, share),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t knee = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_knee, knee_fields)};

static const cyaml_schema_field_t link_fields[] = {
    TEXT("up", MAY, struct lab_link_texts, up),
    TEXT("down", MAY, struct lab_link_texts, down),
    TEXT("both", MAY, struct lab_link_texts, both),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t tunnel_fields[] = {
    TEXT("proto", MAY, struct lab_tunnel_texts, proto),
    TEXT("cipher", MAY, struct lab_tunnel_texts, cipher),
    TEXT("auth", MAY, struct lab_tunnel_texts, auth),
    TEXT("control", MAY, struct lab_tunnel_texts, control),
    TEXT("tun_mtu", MAY, struct lab_tunnel_texts, tun_mtu),
    TEXT("keepalive", MAY, struct lab_tunnel_texts, keepalive),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t profile_fields[] = {
    TEXT("client", MAY, struct lab_profile_texts, client),
    TEXT("server", MAY, struct lab_profile_texts, server),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t quick_fields[] = {
    LIST("subjects", MAY, struct lab_quick_texts, subjects, text, 1),
    CYAML_FIELD_UINT("repeats", CYAML_FLAG_OPTIONAL, struct lab_quick_texts, repeats),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t fields[] = {
    TEXT("name", MUST, struct lab_experiment, name),
    TEXT("title", MUST, struct lab_experiment, title),
    TEXT("about", MAY, struct lab_experiment, about),
    TEXT("topology", MAY, struct lab_experiment, topology),
    LIST("subjects", MUST, struct lab_experiment, subjects, text, 1),
    LIST("axes", MAY, struct lab_experiment, axes, axis, 0),
    CYAML_FIELD_MAPPING("link", CYAML_FLAG_OPTIONAL, struct lab_experiment, link, link_fields),
    CYAML_FIELD_MAPPING("tunnel", CYAML_FLAG_OPTIONAL, struct lab_experiment, tunnel, tunnel_fields),
    CYAML_FIELD_MAPPING("profile", CYAML_FLAG_OPTIONAL, struct lab_experiment, profile, profile_fields),
    LIST("options", MAY, struct lab_experiment, options, option, 0),
    LIST("features", MAY, struct lab_experiment, features, text, 0),
    LIST("system", MAY, struct lab_experiment, system, text, 0),
    LIST("traffic", MUST, struct lab_experiment, traffic, traffic, 1),
    CYAML_FIELD_UINT("repeats", CYAML_FLAG_DEFAULT, struct lab_experiment, repeats),
    CYAML_FIELD_MAPPING("quick", CYAML_FLAG_OPTIONAL, struct lab_experiment, quick, quick_fields),
    LIST("expect", MAY, struct lab_experiment, expect, expect, 0),
    LIST("bisect", MAY, struct lab_experiment, bisect, bisect, 0),
    LIST("columns", MAY, struct lab_experiment, columns, column, 0),
    LIST("grids", MAY, struct lab_experiment, grids, grid, 0),
    LIST("knees", MAY, struct lab_experiment, knees, knee, 0),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t lab_experiment_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab_experiment, fields)};
