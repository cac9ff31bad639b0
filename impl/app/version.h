#ifndef OV_APP_VERSION_H
#define OV_APP_VERSION_H

/* Also what a client tells in IV_VER. */
#define OV_VERSION "0.1.0"

/* "ovref 0.1.0 x86_64-linux-gnu [openssl 3.0.17, mbedtls 2.28.3]": one line for --version and the log. */
#define OV_VERSION_LINE 160
const char *ov_version_line(char out[static OV_VERSION_LINE]);

#endif
