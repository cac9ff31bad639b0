#ifndef OV_TESTS_TUNRIG_H
#define OV_TESTS_TUNRIG_H

#include <sys/socket.h>

#include "tun/tun.h"

/* Tun devices and sockets in a private network namespace. The device is tun7; hosts are 10.8.0.N and fd00:8::N. Any
 * failure fails the running test. */

#define TUNRIG_MTU 1400u

typedef enum ov_err tunrig_open_fn(const char *dev, struct ov_tun **out, char text[static OV_TUN_TEXT]);

/* Variants with super-packets; a test that holds for all of them gets one as its state. */
struct tunrig_variant
{
    const char *name;
    tunrig_open_fn *open;
};
extern const struct tunrig_variant tunrig_offload;
extern const struct tunrig_variant tunrig_uring;

/* Can it be opened in the current namespace? False: says SKIP, of what, and why. */
bool tunrig_has(const struct tunrig_variant *variant, const char *what);

/* The device, not set up. */
struct ov_tun *tunrig_down(tunrig_open_fn *open_tun);
/* The device with host's addresses, up. */
struct ov_tun *tunrig_up(tunrig_open_fn *open_tun, uint8_t host);

/* Address and port of a host; version is 4 or 6. Returns the length. */
socklen_t tunrig_address(struct sockaddr_storage *sa, uint8_t version, uint8_t host, uint16_t port);
/* A socket that doesn't block, bound to a host's address, with a large receive buffer. */
int tunrig_socket(uint8_t version, int type, uint8_t host, uint16_t port);
/* One message with a segment size to host 99, port 7, or wherever else. */
void tunrig_send_train(int fd, uint8_t version, uint8_t host, uint16_t port, uint16_t size, const void *data,
                       size_t len);
/* Packets that the kernel counted as received on the device in the current namespace: a super-packet is one. */
uint64_t tunrig_kernel_received(void);

#endif
