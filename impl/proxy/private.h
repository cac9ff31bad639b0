#ifndef OV_PROXY_PRIVATE_H
#define OV_PROXY_PRIVATE_H

#include "base/cursor.h"
#include "proxy/proxy.h"

/* Shared by the files of this folder only. */

/* Sets reason; returns OV_PROXY_FAILED. */
enum ov_proxy_step ov_proxy_fail(struct ov_proxy *proxy, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A text without its NUL. */
void ov_proxy_text(struct ov_writer *w, const char *text);

enum ov_proxy_step ov_http_open(struct ov_proxy *proxy);
enum ov_proxy_step ov_http_take(struct ov_proxy *proxy, const uint8_t *data, size_t len, size_t *used);
/* http_auth.c: the line Proxy-Authorization, if this request has one. False: reason says why not. */
bool ov_http_authorize(struct ov_proxy *proxy, struct ov_writer *w);
/* A 407 is complete. */
enum ov_proxy_step ov_http_refused(struct ov_proxy *proxy);

enum ov_proxy_step ov_socks_open(struct ov_proxy *proxy);
enum ov_proxy_step ov_socks_take(struct ov_proxy *proxy, const uint8_t *data, size_t len, size_t *used);

#endif
