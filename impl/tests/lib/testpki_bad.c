/* Made by make-testpki.sh; not for editing by hand. */
#include "testpki.h"

#include <stddef.h>

/* clang-format off */
const struct ov_testpki_entry ov_testpki_bad[] = {
    {
        "other-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBpjCCAU2gAwIBAgIUfkPU/jkBfGVhzABLyjz2x96Zs7MwCgYIKoZIzj0EAwIw\n"
        "GDEWMBQGA1UEAwwNdGVzdCBvdGhlci1jYTAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1\n"
        "MTIzMTIzNTk1OVowHDEaMBgGA1UEAwwRdGVzdCBvdGhlci1zZXJ2ZXIwWTATBgcq\n"
        "hkjOPQIBBggqhkjOPQMBBwNCAASAimcSj+FhEKUpUCtzoBkmIQM2qdXOZjQQPVNS\n"
        "KRizRQlhftbJt+rU0LhVKshPNFYZVQ9fboxsjFSCYF5sgseeo28wbTAJBgNVHRME\n"
        "AjAAMAsGA1UdDwQEAwIFoDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQU\n"
        "rWMr9HH8eP/utCy20sZGNiPzOPowHwYDVR0jBBgwFoAUfp9GOBAKmLoOK9DnV7s5\n"
        "jhVwW8EwCgYIKoZIzj0EAwIDRwAwRAIgFiK/0t8T8mLHB9FbC+DIb7PS0R+dPRih\n"
        "Ix11KAllb2oCIFXltJVg8f4JQ3di9lRED3xZ3luL1j8XGddusnlvMn6Z\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmf39oB7BraPZEbhe\n"
        "e82Jt6lGW3bKW9ipxfkIc6qul1yhRANCAASAimcSj+FhEKUpUCtzoBkmIQM2qdXO\n"
        "ZjQQPVNSKRizRQlhftbJt+rU0LhVKshPNFYZVQ9fboxsjFSCYF5sgsee\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "other-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBqDCCAU2gAwIBAgIUMB8t3g1mGAvcrvRm6EYyxC42eH0wCgYIKoZIzj0EAwIw\n"
        "GDEWMBQGA1UEAwwNdGVzdCBvdGhlci1jYTAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1\n"
        "MTIzMTIzNTk1OVowHDEaMBgGA1UEAwwRdGVzdCBvdGhlci1jbGllbnQwWTATBgcq\n"
        "hkjOPQIBBggqhkjOPQMBBwNCAARaRizlKsCxDWJMbSKuhvowWjYEMuCMt2Qz4V97\n"
        "HQb/14TV/09Z05ouVv+Vfr5JoSfJ3d4Yc6fG5zyf1Jfz0enOo28wbTAJBgNVHRME\n"
        "AjAAMAsGA1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQU\n"
        "3xN20+oGJcdaVJWVUqfJNGAqL9cwHwYDVR0jBBgwFoAUfp9GOBAKmLoOK9DnV7s5\n"
        "jhVwW8EwCgYIKoZIzj0EAwIDSQAwRgIhAJ59hOFYz0Drw2k86dZIiqk4qpSsJi8M\n"
        "CdGw8W+3AQ3nAiEA0f24/BM6RfMRVVcD4ewWK9+ckkCe17YVudH0N0/Wkj0=\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt+9z4c2b17PJWEg/\n"
        "F40cfY0wE724N9iIBMJipFK7LYShRANCAARaRizlKsCxDWJMbSKuhvowWjYEMuCM\n"
        "t2Qz4V97HQb/14TV/09Z05ouVv+Vfr5JoSfJ3d4Yc6fG5zyf1Jfz0enO\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "expired-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBpDCCAUqgAwIBAgIUEl5AhznrfdaMXLNZwlwVWv+5cjcwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAeFw0yMDAxMDEwMDAwMDBaFw0yMDEyMzEy\n"
        "MzU5NTlaMB4xHDAaBgNVBAMME3Rlc3QgZXhwaXJlZC1zZXJ2ZXIwWTATBgcqhkjO\n"
        "PQIBBggqhkjOPQMBBwNCAAS0URj4hYzVcdGVjc9U/Y8Gcal723hCeV7UQvoWqXh0\n"
        "73WgqWjDCjsK7fp4Js2ww/Ff47DoIbUHVua59W1ZWL7Uo28wbTAJBgNVHRMEAjAA\n"
        "MAsGA1UdDwQEAwIFoDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQU5Ff4\n"
        "t5ERi4ymA6ykeyaf30uan9EwHwYDVR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ20sl\n"
        "pgMwCgYIKoZIzj0EAwIDSAAwRQIhAPLZqodLplfTwmXs/wmUvJQ3iZc+42zVrWcL\n"
        "08bP/VqOAiAFTFQTc//Gcl6tIkLduC/zv6o6EhO/NjYaCf7YXIrWQw==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1ZH8oTURPf0pDRb/\n"
        "IE+hhmJb0/sev+n4nXvFCMeH4ouhRANCAAS0URj4hYzVcdGVjc9U/Y8Gcal723hC\n"
        "eV7UQvoWqXh073WgqWjDCjsK7fp4Js2ww/Ff47DoIbUHVua59W1ZWL7U\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "expired-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBpDCCAUqgAwIBAgIURPKHTImkAsFkFbWu+Mahv95cw64wCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAeFw0yMDAxMDEwMDAwMDBaFw0yMDEyMzEy\n"
        "MzU5NTlaMB4xHDAaBgNVBAMME3Rlc3QgZXhwaXJlZC1jbGllbnQwWTATBgcqhkjO\n"
        "PQIBBggqhkjOPQMBBwNCAARmyFpg91hyvZuPjrru0MYGT6PKq+nvMYMBYBtDYZ65\n"
        "WQgcJsM4c4cWS4BLzzv9ucR5fBWSGXa7AP29/s45T7bKo28wbTAJBgNVHRMEAjAA\n"
        "MAsGA1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUKJj0\n"
        "ogyZiiLUW19hc36GQ/X751swHwYDVR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ20sl\n"
        "pgMwCgYIKoZIzj0EAwIDSAAwRQIgFoCHjwuz5PLgGHKN27YOGF7g5jVF1JfxCorC\n"
        "L/PwxhICIQCbUCEH0eXHMbz2idYR0/0mnKV9BTKzDRLNFmdkFkT8ww==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDOkUp2vUtjYBQEn6\n"
        "SUIXjKPLag2K1wK45m72yYBgsJOhRANCAARmyFpg91hyvZuPjrru0MYGT6PKq+nv\n"
        "MYMBYBtDYZ65WQgcJsM4c4cWS4BLzzv9ucR5fBWSGXa7AP29/s45T7bK\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "future-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBpjCCAU2gAwIBAgIUB8Eojp8DTE4XBCQIRA0s8gt+owMwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAiGA8yMDkwMDEwMTAwMDAwMFoYDzIwOTUx\n"
        "MjMxMjM1OTU5WjAdMRswGQYDVQQDDBJ0ZXN0IGZ1dHVyZS1zZXJ2ZXIwWTATBgcq\n"
        "hkjOPQIBBggqhkjOPQMBBwNCAATl/i7XhUtpVSp2ZYGK+ok/x+TJ6ENh4xIt65F7\n"
        "CAm2gPztG9brH87b42rtPVV7xbHvZzkLEFbttZXV1aBkjvLpo28wbTAJBgNVHRME\n"
        "AjAAMAsGA1UdDwQEAwIFoDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQU\n"
        "E5Eu9VHGah7XgOsuxkUkheH9RswwHwYDVR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ\n"
        "20slpgMwCgYIKoZIzj0EAwIDRwAwRAIgCe5GgkX3zVbp7ybnMvVFqxgvmwiFVunb\n"
        "g1I6JGQ9I9sCIGwFTPUTU5sDw4uztAYam0ZCzspomJGIYUptsmASF0qH\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9HyxN4bXwctDwhz8\n"
        "7sZD0CWoWSgnkYHNGHRJ3+gpzLGhRANCAATl/i7XhUtpVSp2ZYGK+ok/x+TJ6ENh\n"
        "4xIt65F7CAm2gPztG9brH87b42rtPVV7xbHvZzkLEFbttZXV1aBkjvLp\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "future-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBpzCCAU2gAwIBAgIUXtWbqyQKvFpeWma7w/CFJUBEl8swCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAiGA8yMDkwMDEwMTAwMDAwMFoYDzIwOTUx\n"
        "MjMxMjM1OTU5WjAdMRswGQYDVQQDDBJ0ZXN0IGZ1dHVyZS1jbGllbnQwWTATBgcq\n"
        "hkjOPQIBBggqhkjOPQMBBwNCAARWnRzFjUnVXgdH4GA4tUKF/6is9dv6j+Ua3oQ8\n"
        "SlPydTVNtfB5AQDhlpV7vMLiT33p3WGTzjiOXX4Knk8/boJvo28wbTAJBgNVHRME\n"
        "AjAAMAsGA1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQU\n"
        "0HvPtsKzzWfbss/RxGVmclwzQ1wwHwYDVR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ\n"
        "20slpgMwCgYIKoZIzj0EAwIDSAAwRQIgENUdwKESU226zhEj/3HiUXVEjvBsOn1c\n"
        "OG3vzUtiucYCIQCooW+OV9jO1FibdRiAtv9D28AYwcqhZgg2eYb8ma+L4A==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCzXeSXMah1XJguiY\n"
        "g6x34xf0WnnLyjabpgMnLZxcUvahRANCAARWnRzFjUnVXgdH4GA4tUKF/6is9dv6\n"
        "j+Ua3oQ8SlPydTVNtfB5AQDhlpV7vMLiT33p3WGTzjiOXX4Knk8/boJv\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "noku-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBljCCATygAwIBAgIUI0bx2201VtBoqsX0OfTiJwikh+YwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowGzEZMBcGA1UEAwwQdGVzdCBub2t1LXNlcnZlcjBZMBMGByqGSM49\n"
        "AgEGCCqGSM49AwEHA0IABGO1QCT6fsphe8oydNAqGWrIdBTq3aWiFm02A6vz8ogs\n"
        "5PYUE32K94yVYtYDfQ1K/Dfys5CDqzaflgKlICML0rmjYjBgMAkGA1UdEwQCMAAw\n"
        "EwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFHR6bDP9ozir4aVnXReeqbvh\n"
        "92gtMB8GA1UdIwQYMBaAFOadI08YdbllAQakQpFjydtLJaYDMAoGCCqGSM49BAMC\n"
        "A0gAMEUCIGhnTcSGQmEgjow7j7AnXQg8eDSY4XYve3hDH3Ek9KQFAiEA4eOKh6Ub\n"
        "l3pITswXKNEkX6DKmFm3cWyzaGCixDxUvS0=\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjfXnYp/kWBdOEol3\n"
        "LgeTk0tPlYZWLRmVHvd2d7G5ytChRANCAARjtUAk+n7KYXvKMnTQKhlqyHQU6t2l\n"
        "ohZtNgOr8/KILOT2FBN9iveMlWLWA30NSvw38rOQg6s2n5YCpSAjC9K5\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "noku-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBlzCCATygAwIBAgIUfkvmYo+0mHLjdIncj2UvHLqNdPcwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowGzEZMBcGA1UEAwwQdGVzdCBub2t1LWNsaWVudDBZMBMGByqGSM49\n"
        "AgEGCCqGSM49AwEHA0IABPuISee2br0ai2ut53uOTrTKJfQpOe26KK2MgMvpf6bV\n"
        "H6xdQm3rbtq8vgcWbG43pmpYVwrzFtTZXyIwFnhmn82jYjBgMAkGA1UdEwQCMAAw\n"
        "EwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0OBBYEFAf8TZuRhv1ReKJ2aRVhzSfR\n"
        "ELjoMB8GA1UdIwQYMBaAFOadI08YdbllAQakQpFjydtLJaYDMAoGCCqGSM49BAMC\n"
        "A0kAMEYCIQCZ8PHC1WKc/xkIwpQLXinSYVdDcIbKfOqrkP2APYUfzQIhAMhfom9j\n"
        "BIIpi0rYo6R58qO5uKLZq8wXKTKhJf5aAs3k\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgykHk/UhFzeP5DgVP\n"
        "fSGDxEP+oyWkM/5ys9mKams2F2ehRANCAAT7iEnntm69Gotrred7jk60yiX0KTnt\n"
        "uiitjIDL6X+m1R+sXUJt627avL4HFmxuN6ZqWFcK8xbU2V8iMBZ4Zp/N\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "noeku-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBjzCCATWgAwIBAgIUEctsvBcpFAfV+0D0m4wi6OLrOsYwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowHDEaMBgGA1UEAwwRdGVzdCBub2VrdS1zZXJ2ZXIwWTATBgcqhkjO\n"
        "PQIBBggqhkjOPQMBBwNCAAT3C3ZsKVJmKKNt3AQub5G7Y6iLR4ufGB7jc9SHi1LJ\n"
        "T+hTsOZuEbB1EM7N5WwfZgOcY3309INB4l1WlhRGQKM/o1owWDAJBgNVHRMEAjAA\n"
        "MAsGA1UdDwQEAwIFoDAdBgNVHQ4EFgQUE1QnlXGuWKx52ClCw0v/LrnxXcowHwYD\n"
        "VR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ20slpgMwCgYIKoZIzj0EAwIDSAAwRQIg\n"
        "cbo+kBGnfJeeqVKzKHDMCnDaXM18u5H39r+maza0qLMCIQCgum8rTSE+UgYR4lCa\n"
        "WkBC0QSE5BvN8OOGrTlFuPOGkw==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGhfEV3tBXLmq51wX\n"
        "+Z2ajwKSAa+PvhaR4sFBepfXQvWhRANCAAT3C3ZsKVJmKKNt3AQub5G7Y6iLR4uf\n"
        "GB7jc9SHi1LJT+hTsOZuEbB1EM7N5WwfZgOcY3309INB4l1WlhRGQKM/\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "noeku-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBjzCCATWgAwIBAgIUUzqkwdTUYF5Bp6YB7rQa9TxIhyUwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowHDEaMBgGA1UEAwwRdGVzdCBub2VrdS1jbGllbnQwWTATBgcqhkjO\n"
        "PQIBBggqhkjOPQMBBwNCAATj0t2X/HOa2EKEmWl9L6Yt4mNAnHn9WlmhLIrhBBnj\n"
        "rDl8tYaCnLDYiE758mWEjCMiqvTZ96SJVj1arI0i0ivIo1owWDAJBgNVHRMEAjAA\n"
        "MAsGA1UdDwQEAwIFoDAdBgNVHQ4EFgQUitKJjiozKW3N2eECXTGQ0KXsztkwHwYD\n"
        "VR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ20slpgMwCgYIKoZIzj0EAwIDSAAwRQIg\n"
        "fnlp46XnUrPaUAVEOX7Hk5JEIXmiVAGhB4uSfEvriyICIQDa5MkpY2O4Ba6Tfqhi\n"
        "vFOAf/sNlF8G16noywp8ua8kiQ==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeQJBcbqLBKBaKe51\n"
        "IbidxrokMHdv1itJzGA4bZfQhhyhRANCAATj0t2X/HOa2EKEmWl9L6Yt4mNAnHn9\n"
        "WlmhLIrhBBnjrDl8tYaCnLDYiE758mWEjCMiqvTZ96SJVj1arI0i0ivI\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "nosign-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBsDCCAVWgAwIBAgIUVV9zKB4X6ZIZrweTnGPr056zkAEwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowHTEbMBkGA1UEAwwSdGVzdCBub3NpZ24tc2VydmVyMFkwEwYHKoZI\n"
        "zj0CAQYIKoZIzj0DAQcDQgAEXGKu5ApV769Qx/9dhyLZKov5Yk8gt8mPjLwtU1e/\n"
        "7a0qGzRmEFhp/ffwgL95AiyKbcmcp5trfJcSYAEEPhaWlKN5MHcwCQYDVR0TBAIw\n"
        "ADALBgNVHQ8EBAMCAgQwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsGAQUFBwMCMB0G\n"
        "A1UdDgQWBBQTwX1O53UzsUuDZh/GPUYle6W5uTAfBgNVHSMEGDAWgBTmnSNPGHW5\n"
        "ZQEGpEKRY8nbSyWmAzAKBggqhkjOPQQDAgNJADBGAiEA+TpfSY9A7I8f6lQUpYdH\n"
        "4t9XK0g1Lh9+UymfCERMvK4CIQDS68VBDrJDnVYTzgM1h+6ZAi8DJeUoY7kREucG\n"
        "294U4Q==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrBwhwCfxhvRQEauZ\n"
        "c8jr3661QvUtNhIoPbS8rI8F6SChRANCAARcYq7kClXvr1DH/12HItkqi/liTyC3\n"
        "yY+MvC1TV7/trSobNGYQWGn99/CAv3kCLIptyZynm2t8lxJgAQQ+FpaU\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "nosign-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBrzCCAVWgAwIBAgIUft1XmgO8CECqVik5oXnZpXrqKaIwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowHTEbMBkGA1UEAwwSdGVzdCBub3NpZ24tY2xpZW50MFkwEwYHKoZI\n"
        "zj0CAQYIKoZIzj0DAQcDQgAE3Luokf0B0PzXiJN3qnf9Ty4l0aXE4itMU3BA2PRq\n"
        "dldhksD1Qzo73o4SQVTfwpMAvWLtr/fkdH5BdQP+ZFBYdqN5MHcwCQYDVR0TBAIw\n"
        "ADALBgNVHQ8EBAMCAgQwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsGAQUFBwMCMB0G\n"
        "A1UdDgQWBBR0A7jmso4gbiJQ1rGjbcPw4MYp6jAfBgNVHSMEGDAWgBTmnSNPGHW5\n"
        "ZQEGpEKRY8nbSyWmAzAKBggqhkjOPQQDAgNIADBFAiEA8BGf+o23YEgM029daBOh\n"
        "CUIejLFtvsrx/aKMYY4zWmYCIB+RU9w8vtk9nW8mIMsczsUmgFcNubIk2nWfJXX/\n"
        "PDtC\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh8pGCcShcXUVE2lE\n"
        "npQZ2dCHCvs3c2ALSBLruck70rahRANCAATcu6iR/QHQ/NeIk3eqd/1PLiXRpcTi\n"
        "K0xTcEDY9Gp2V2GSwPVDOjvejhJBVN/CkwC9Yu2v9+R0fkF1A/5kUFh2\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "impostor-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBqzCCAVGgAwIBAgIUPJ+OXUPFAxM74hPFgl0i4RPC3lYwCgYIKoZIzj0EAwIw\n"
        "GTEXMBUGA1UEAwwOdGVzdCBjbGllbnQtZWMwIBcNMjQwMTAxMDAwMDAwWhgPMjA5\n"
        "NTEyMzEyMzU5NTlaMB8xHTAbBgNVBAMMFHRlc3QgaW1wb3N0b3ItY2xpZW50MFkw\n"
        "EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESQ7VMbo6ijzSpU71dLVKK3pQnVV1NuzR\n"
        "xIA9OIbWg9HrHEjjpc2y2+TDx/fLzqu/g3lK7bqlo8NbAS6II74Y/qNvMG0wCQYD\n"
        "VR0TBAIwADALBgNVHQ8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0O\n"
        "BBYEFHDuuDJxNVnbC8+0RN2jwQromq0pMB8GA1UdIwQYMBaAFKv9gwascJbv1PQE\n"
        "1SDesD/vPSClMAoGCCqGSM49BAMCA0gAMEUCIQDKuy5zz9OzC3EHcCWmzAovAJwz\n"
        "YHMcsVDIYsg7nvTp5QIgM0wN0CkWN5e+wB4fqG8TFmhw0k+z55+EjRCv5Vmm42s=\n"
        "-----END CERTIFICATE-----\n"
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBoTCCAUegAwIBAgIUehpEJ7a4ut9sH9ctEexUeKzNB+YwCgYIKoZIzj0EAwIw\n"
        "FTETMBEGA1UEAwwKdGVzdCBjYS1lYzAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIz\n"
        "MTIzNTk1OVowGTEXMBUGA1UEAwwOdGVzdCBjbGllbnQtZWMwWTATBgcqhkjOPQIB\n"
        "BggqhkjOPQMBBwNCAAQ97g6izhynj3fTQPvykEd0KyGLyPe1hM76oMZFqy+XhTFD\n"
        "rUqCG86fsKJ50UO+f8R0mND7DOYOZeKkoXbxiaIoo28wbTAJBgNVHRMEAjAAMAsG\n"
        "A1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUq/2DBqxw\n"
        "lu/U9ATVIN6wP+89IKUwHwYDVR0jBBgwFoAU5p0jTxh1uWUBBqRCkWPJ20slpgMw\n"
        "CgYIKoZIzj0EAwIDSAAwRQIgS9geugurpBUfZDWjF2IX+gAxggW06sAbcZnIFuE9\n"
        "etYCIQD9yKILrmI/BVwDDpGePOtxvIIKkZUK2k6BXCZdkRP8Og==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyJNWurHohXTpnclX\n"
        "gagamC3Ph1ipnWVm7pEoe7ac9oqhRANCAARJDtUxujqKPNKlTvV0tUorelCdVXU2\n"
        "7NHEgD04htaD0escSOOlzbLb5MPH98vOq7+DeUrtuqWjw1sBLogjvhj+\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {NULL, NULL, NULL},
};
