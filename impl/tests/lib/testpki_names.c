/* Made by make-testnames.sh; not for editing by hand. */
#include "testpki.h"

#include <stddef.h>

/* clang-format off */
const struct ov_testpki_entry ov_testpki_names[] = {
    {
        "names-ca",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBjjCCATOgAwIBAgIUYMSAbG2pR6s0NThuc9MLBIcjDSwwCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIbmFtZXMtY2EwIBcNMjYxMTIzMDEyODE2WhgPMjA5NTA1MDUw\n"
        "MTI4MTZaMBMxETAPBgNVBAMMCG5hbWVzLWNhMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
        "AQcDQgAEhWC0LS3AcefZDwqoOuckmwxYHGGgWKV3x3gM5IBpdFwSAVTsfCvEotu4\n"
        "0GOdV2OhYH593HPBXvHxHK2rHHmhKaNjMGEwHQYDVR0OBBYEFPVfWKRdgruIEBhU\n"
        "dhL4IoEoQt1iMB8GA1UdIwQYMBaAFPVfWKRdgruIEBhUdhL4IoEoQt1iMA8GA1Ud\n"
        "EwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0kAMEYCIQDT\n"
        "5xhCd1sD+GYEUxJKJe78bi9X8cOTm7xqwQgOF/3TzgIhAJZj5fkQZAlEYkW85GOT\n"
        "MMAGTsQ9fUJNN8ZttB0/pxSa\n"
        "-----END CERTIFICATE-----\n"
        ,
        NULL,
    },
    {
        "names-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBlzCCAT2gAwIBAgIUU2hwAexyZt9t+r76gu/huoSBh3wwCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIbmFtZXMtY2EwIBcNMjYxMTIzMDEyODE2WhgPMjA5NTA1MDUw\n"
        "MTI4MTZaMBExDzANBgNVBAMMBnNlcnZlcjBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
        "A0IABLEx0Pq2XlkXdCCXJyBf/nbaNa9P9S+Qs29t7pNjGmxLP/BuNOxXvr3iXSd9\n"
        "22wDKHjBmhS07un0QJ1VuFMKJlKjbzBtMAkGA1UdEwQCMAAwCwYDVR0PBAQDAgeA\n"
        "MBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBSHnYsUinKn3qdUW8ULLwk/\n"
        "zRJyfTAfBgNVHSMEGDAWgBT1X1ikXYK7iBAYVHYS+CKBKELdYjAKBggqhkjOPQQD\n"
        "AgNIADBFAiA41PBPLdmdz/G5OX2NHOXQTQ1bQ1Iqa2EClIrQLDQtyAIhAP3kie5A\n"
        "hUpRbHOErrIGPR5/P4MKL3MvBAAN5opG2ikF\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc1BJk5B+3lml4/V/\n"
        "nKCGLmtobzqgx6uPM1yY8+nK2oWhRANCAASxMdD6tl5ZF3QglycgX/522jWvT/Uv\n"
        "kLNvbe6TYxpsSz/wbjTsV7694l0nfdtsAyh4wZoUtO7p9ECdVbhTCiZS\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "names-nul",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBmzCCAUGgAwIBAgIUU2hwAexyZt9t+r76gu/huoSBh30wCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIbmFtZXMtY2EwIBcNMjYxMTIzMDEyODE2WhgPMjA5NTA1MDUw\n"
        "MTI4MTZaMBUxEzARBgNVBAMMCmFkbWluAGV2aWwwWTATBgcqhkjOPQIBBggqhkjO\n"
        "PQMBBwNCAAS79ql4XlLHTK1sWJ6NQXpdENeMFiDTrn95mZSaVPoT9kM/2C0o/ySB\n"
        "GW8vnnAAUylLpL26pZOh4CNNkvEu59iwo28wbTAJBgNVHRMEAjAAMAsGA1UdDwQE\n"
        "AwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUCYCpF2mt43sVb75n\n"
        "+rYC11GrBD4wHwYDVR0jBBgwFoAU9V9YpF2Cu4gQGFR2EvgigShC3WIwCgYIKoZI\n"
        "zj0EAwIDSAAwRQIhALZiVMnbDGDKrohUnu380ONGmQ64j9XcP37p3biPS7QfAiB6\n"
        "V5hm9U88qXqsDLKBZYVYSMTucZSpVGQ2Y2K4WX1XLA==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLHgD8YzGXaSlu4FA\n"
        "xuYEn/QLi3NnPQBOrBiTXipKqQihRANCAAS79ql4XlLHTK1sWJ6NQXpdENeMFiDT\n"
        "rn95mZSaVPoT9kM/2C0o/ySBGW8vnnAAUylLpL26pZOh4CNNkvEu59iw\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "names-last-nul",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBlzCCAT2gAwIBAgIUU2hwAexyZt9t+r76gu/huoSBh34wCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIbmFtZXMtY2EwIBcNMjYxMTIzMDEyODE2WhgPMjA5NTA1MDUw\n"
        "MTI4MTZaMBExDzANBgNVBAMMBmFkbWluADBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
        "A0IABB6Sldl6LcAF52OeMAHeMY0JC6qkoES/6Liy9dXHefLmv9fLs4tYywiJFli0\n"
        "eU3XOuCZ0aFMA4E0nwuZZM+w7MGjbzBtMAkGA1UdEwQCMAAwCwYDVR0PBAQDAgeA\n"
        "MBMGA1UdJQQMMAoGCCsGAQUFBwMCMB0GA1UdDgQWBBQr5H+VTkoNl0f6KAfzdzvW\n"
        "5q3k6DAfBgNVHSMEGDAWgBT1X1ikXYK7iBAYVHYS+CKBKELdYjAKBggqhkjOPQQD\n"
        "AgNIADBFAiBUSumKgRz4JmakyThBdWO/ZGzn9glQJDG7XVC84ZvUTgIhAIScZHqG\n"
        "T2kB1HL+aH+aYOM3MtrIdh93Dzft0geppJsQ\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3kYwD9sMBNfbbNU2\n"
        "rXfXgfjRzNwTEU4pTpexyimtx7KhRANCAAQekpXZei3ABedjnjAB3jGNCQuqpKBE\n"
        "v+i4svXVx3ny5r/Xy7OLWMsIiRZYtHlN1zrgmdGhTAOBNJ8LmWTPsOzB\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "names-control",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBoTCCAUegAwIBAgIUU2hwAexyZt9t+r76gu/huoSBh38wCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIbmFtZXMtY2EwIBcNMjYxMTIzMDEyODE2WhgPMjA5NTA1MDUw\n"
        "MTI4MTZaMBsxGTAXBgNVBAMMEGFkbWluCmZha2UgbGluZRswWTATBgcqhkjOPQIB\n"
        "BggqhkjOPQMBBwNCAAR+XXELxalw68MvJMe3382G6+GArEjczCgkvyshlvevwLR6\n"
        "5kBp3+0tgEwal2h+dl/8lttizJm+5eJgEw0mZAgJo28wbTAJBgNVHRMEAjAAMAsG\n"
        "A1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUzWhBt3k/\n"
        "Kg1FNtiWXlq1liH0mmwwHwYDVR0jBBgwFoAU9V9YpF2Cu4gQGFR2EvgigShC3WIw\n"
        "CgYIKoZIzj0EAwIDSAAwRQIhAOpCujwTw4gKvup8UwyOsXw17hn+icI/lgG1rhq8\n"
        "uZGMAiB7w3Is5hT98/1ALAUltGyD9BHq+Fiir4YIMw1lvtMBfA==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+Oni1uq12XQ2/umv\n"
        "RFcEH8cZkzq5dDXYfFVJ2Dvq/PShRANCAAR+XXELxalw68MvJMe3382G6+GArEjc\n"
        "zCgkvyshlvevwLR65kBp3+0tgEwal2h+dl/8lttizJm+5eJgEw0mZAgJ\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {NULL, NULL, NULL},
};
