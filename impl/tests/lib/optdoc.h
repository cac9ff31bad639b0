#ifndef OV_TESTS_LIB_OPTDOC_H
#define OV_TESTS_LIB_OPTDOC_H

#include <stddef.h>

#include "options/options.h"

/* Configurations in tests: files are rows of a table, diagnostics one text. */
struct optdoc_file
{
    const char *name; /* NULL ends the table */
    const char *text;
};

/* A loader over files. Every name that is not in the table and ends in .crt, .key or .pem gives "PEM". */
struct ov_loader optdoc_loader(const struct optdoc_file *files);

/* Parse text as file "t.ovpn"; never NULL. *err gets the result. */
struct ov_options *optdoc_parse(const char *text, const struct optdoc_file *files, enum ov_err *err);

/* All diagnostics, a line each, each with a line end. The caller frees it. */
char *optdoc_lines(const struct ov_diags *diags);

/* What a client or server needs besides what a test is about. */
#define OPTDOC_CLIENT                                                                                        \
    "client\ndev tun\nremote vpn.example.org\nca ca.crt\ncert c.crt\nkey c.key\nremote-cert-tls server\n"
#define OPTDOC_SERVER "server 10.8.0.0 255.255.255.0\ndev tun\nca ca.crt\ncert s.crt\nkey s.key\n"

#endif
