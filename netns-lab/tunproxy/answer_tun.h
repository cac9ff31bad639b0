/* Answers to requests of /dev/net/tun. */
#ifndef OV_TUNPROXY_ANSWER_TUN_H
#define OV_TUNPROXY_ANSWER_TUN_H

#include "netns-lab/tunproxy/answer.h"

/* Beside 0 and negative errnos. */
#define PROXY_GO_ON 1 /* the kernel shall do it */
#define PROXY_GONE  2 /* nobody waits for an answer any more */

int answer_tun(struct proxy *proxy, pid_t tid, int fd, uint64_t request, uint64_t argument);

#endif
