/* Made by make-testcrl.sh; not for editing by hand. */
#include "testpki.h"

#include <stddef.h>

/* clang-format off */
const struct ov_testpki_entry ov_testpki_crl[] = {
    {
        "crl-root",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBazCCARKgAwIBAgIUEBQJ9C5f9EAgboeZlA+1MWaVXvcwCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIY3JsIHJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5NTEyMzEy\n"
        "MzU5NTlaMBMxETAPBgNVBAMMCGNybCByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
        "AQcDQgAEfDYZzcauWsOS08NqDVbf3slUHg+LuZ02GGqwQykRVu1KVQSk9S3C2tLH\n"
        "3LnX/oh0qOSIDZsUcNMvxZTqr2BOoqNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNV\n"
        "HQ8BAf8EBAMCAQYwHQYDVR0OBBYEFNZKQcEu22G6M5SjPR2S1Yr2nkCOMAoGCCqG\n"
        "SM49BAMCA0cAMEQCIEOvDb6U5d0Heh9JiN2bEjqAtLY3l2rH9VDgPvzdLmqcAiB1\n"
        "XpI3gfBwh2aZa7G68PaEt9JVmbkwIKoE7DTeoMa9mg==\n"
        "-----END CERTIFICATE-----\n"
        ,
        NULL,
    },
    {
        "crl-server",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBnDCCAUGgAwIBAgIUD1QfplKpsveO1YHzSS12CksNE/MwCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIY3JsIHJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5NTEyMzEy\n"
        "MzU5NTlaMBUxEzARBgNVBAMMCmNybCBzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjO\n"
        "PQMBBwNCAAS95sv4QMMolEtZ4L44qdBSEzly0EEfTtOmB4izmejl/vZyRDh73quJ\n"
        "eLOeyQra2XPlFYv5VY+mkdEVQt8ZYZUno28wbTAJBgNVHRMEAjAAMAsGA1UdDwQE\n"
        "AwIHgDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUhWbsCQV0Ga2bWw79\n"
        "cjGrSmrVyoAwHwYDVR0jBBgwFoAU1kpBwS7bYbozlKM9HZLVivaeQI4wCgYIKoZI\n"
        "zj0EAwIDSQAwRgIhAK8RJDdmklSgf0ClVpOlfo5fA+8S+ctyHfwYKyba4P3VAiEA\n"
        "xuvBpjlB2tPhS9oVCLluN8ChqV8URcF0S1P+pqi0/7Q=\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7InUwRe5gDh9qJw+\n"
        "beO1BTwP0Xhe/Lh8C40h51OKpV2hRANCAAS95sv4QMMolEtZ4L44qdBSEzly0EEf\n"
        "TtOmB4izmejl/vZyRDh73quJeLOeyQra2XPlFYv5VY+mkdEVQt8ZYZUn\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "crl-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBnDCCAUGgAwIBAgIUezHIoqzuswvMiZ2u9MD8ZDcUzdswCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIY3JsIHJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5NTEyMzEy\n"
        "MzU5NTlaMBUxEzARBgNVBAMMCmNybCBjbGllbnQwWTATBgcqhkjOPQIBBggqhkjO\n"
        "PQMBBwNCAATP1oqIGH3cRKfyfBjTg5N2qFBCb2iHW/fh/12rhapjNjxUDIm5n7zN\n"
        "KaiYR9cFtfhKNyQlct1bb15/DtF5Bn06o28wbTAJBgNVHRMEAjAAMAsGA1UdDwQE\n"
        "AwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUxxo6fs5LI45EjJUe\n"
        "BRPEXIicw5YwHwYDVR0jBBgwFoAU1kpBwS7bYbozlKM9HZLVivaeQI4wCgYIKoZI\n"
        "zj0EAwIDSQAwRgIhANOeoHm0fcdAvIqasUQe6p6YYJRUlIPDo3Jf1Rvbz8uJAiEA\n"
        "roHDx98bNgmkIKsDmsPOjYw1KTgKYYek2Ngag7+NoUM=\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCFFjpRqkZZKUVoH5\n"
        "nfjuEV0DByM9N69KVdm7rB4aNEqhRANCAATP1oqIGH3cRKfyfBjTg5N2qFBCb2iH\n"
        "W/fh/12rhapjNjxUDIm5n7zNKaiYR9cFtfhKNyQlct1bb15/DtF5Bn06\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "crl-visitor",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBmzCCAUKgAwIBAgIUDOaPClM0aiFMiu44RbSbuRMmI/gwCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIY3JsIHJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5NTEyMzEy\n"
        "MzU5NTlaMBYxFDASBgNVBAMMC2NybCB2aXNpdG9yMFkwEwYHKoZIzj0CAQYIKoZI\n"
        "zj0DAQcDQgAE+XhmNakPnI/+gsD6hRlCJCXx+ASX8e1SO79L2vKnI6OW3n1ruoD3\n"
        "PTDVtWtr6zxYc4ybET+/KanAfjbUQkpdOKNvMG0wCQYDVR0TBAIwADALBgNVHQ8E\n"
        "BAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0OBBYEFEbItbE8qvuXwqVC\n"
        "2d3Rh00n+AhuMB8GA1UdIwQYMBaAFNZKQcEu22G6M5SjPR2S1Yr2nkCOMAoGCCqG\n"
        "SM49BAMCA0cAMEQCIC9nDl251FOiDch+JS8U8CSNvdrxufT3k3UNL4EY3cpCAiB1\n"
        "m51a0T2lxoVIKCWWZhi1l2GwU6ZXGDo7/m2F0g9paA==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8g32mSW89Qb33sTQ\n"
        "znlljLDCvtJ/W9UBUbL1d5oVaImhRANCAAT5eGY1qQ+cj/6CwPqFGUIkJfH4BJfx\n"
        "7VI7v0va8qcjo5befWu6gPc9MNW1a2vrPFhzjJsRP78pqcB+NtRCSl04\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "crl-sub-client",
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBnTCCAUSgAwIBAgIUAuiTGoHvcy0NRMsM62wqcasFnCMwCgYIKoZIzj0EAwIw\n"
        "EjEQMA4GA1UEAwwHY3JsIHN1YjAgFw0yNDAxMDEwMDAwMDBaGA8yMDk1MTIzMTIz\n"
        "NTk1OVowGTEXMBUGA1UEAwwOY3JsIHN1Yi1jbGllbnQwWTATBgcqhkjOPQIBBggq\n"
        "hkjOPQMBBwNCAATH61vYkznsI6/QhqbmIPbXMuaO65iGAMXEkPR2yTzIop5sYlq8\n"
        "RxoPkH6GBieCqo4HfjXU3brRFrW2JpZ2pc4vo28wbTAJBgNVHRMEAjAAMAsGA1Ud\n"
        "DwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUl5VIwH/O6QDB\n"
        "6SeFcLOG2xVjuHYwHwYDVR0jBBgwFoAUqyVMd3hNHNXHmnuwP0Cj6TrzabQwCgYI\n"
        "KoZIzj0EAwIDRwAwRAIgKa9VJ7hcPakpmAFfxnJja/q8ir6S+Bsw7UkBwXRIku4C\n"
        "IDvvuEaKZ3EWPF58laSljxCcxfekGUm6Xc+vzAf8H8UZ\n"
        "-----END CERTIFICATE-----\n"
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBjDCCATKgAwIBAgIUCV2ToSxaP4zaVaC5tRgrxk+iVLQwCgYIKoZIzj0EAwIw\n"
        "EzERMA8GA1UEAwwIY3JsIHJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5NTEyMzEy\n"
        "MzU5NTlaMBIxEDAOBgNVBAMMB2NybCBzdWIwWTATBgcqhkjOPQIBBggqhkjOPQMB\n"
        "BwNCAAQad9YdqILollKE8I03eNztiSDL3YIlkL3/GyJaBus2gz2t4kSmI1Nz429k\n"
        "De8CpT2f3ghj1GbRQQ1pl2VwIoo1o2MwYTAPBgNVHRMBAf8EBTADAQH/MA4GA1Ud\n"
        "DwEB/wQEAwIBBjAdBgNVHQ4EFgQUqyVMd3hNHNXHmnuwP0Cj6TrzabQwHwYDVR0j\n"
        "BBgwFoAU1kpBwS7bYbozlKM9HZLVivaeQI4wCgYIKoZIzj0EAwIDSAAwRQIgQ2Vw\n"
        "Epicrkq4uCZtnbvFmEnXcKhCFuYzD6OW89SuNmICIQCOXN+uUPf/PKcVtFOMZpEq\n"
        "gm1nxkZOXwadgEDHnT5caA==\n"
        "-----END CERTIFICATE-----\n"
        ,
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4bD/wfZZosvcIMos\n"
        "/zUU5RlDexeEpmuMKFJAQLHikdqhRANCAATH61vYkznsI6/QhqbmIPbXMuaO65iG\n"
        "AMXEkPR2yTzIop5sYlq8RxoPkH6GBieCqo4HfjXU3brRFrW2JpZ2pc4v\n"
        "-----END PRIVATE KEY-----\n"
        ,
    },
    {
        "crl-list-empty",
        "-----BEGIN X509 CRL-----\n"
        "MIGaMEEwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIY3JsIHJvb3QXDTI0MDEwMTAw\n"
        "MDAwMFoYDzIwOTUxMjMxMjM1OTU5WjAKBggqhkjOPQQDAgNJADBGAiEA7wk6UghZ\n"
        "dH7xbhE66kz7Nn0o4b+Lr66LMErikOeKXXQCIQDwL2J+BeqXmCm5X/AAYBqdKVod\n"
        "yyTbzmzQll3PaGkxug==\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-client",
        "-----BEGIN X509 CRL-----\n"
        "MIHCMGowCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIY3JsIHJvb3QXDTI0MDEwMTAw\n"
        "MDAwMFoYDzIwOTUxMjMxMjM1OTU5WjAnMCUCFHsxyKKs7rMLzImdrvTA/GQ3FM3b\n"
        "Fw0yNjExMjIyMjA3MTJaMAoGCCqGSM49BAMCA0gAMEUCIDm9nwhatpB19yeieqOY\n"
        "1WTrBTA0Qu9cVvtzflteLrpMAiEA5eDeo/hPc/pKOoRr7m/w9Ohf9NU371XRuzI/\n"
        "AEwDf+E=\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-sub",
        "-----BEGIN X509 CRL-----\n"
        "MIHCMGowCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIY3JsIHJvb3QXDTI0MDEwMTAw\n"
        "MDAwMFoYDzIwOTUxMjMxMjM1OTU5WjAnMCUCFAldk6EsWj+M2lWgubUYK8ZPolS0\n"
        "Fw0yNjExMjIyMjA3MTJaMAoGCCqGSM49BAMCA0gAMEUCIDoLiFs9K1r4S7Qx3tr0\n"
        "2YME6Cy1mmaZWnevhA/UkdLcAiEA0fgHoMyphpwgAaYD0VaTWLYyARmgElbMA5aE\n"
        "mQfZU8k=\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-expired",
        "-----BEGIN X509 CRL-----\n"
        "MIGYMD8wCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIY3JsIHJvb3QXDTIwMDEwMTAw\n"
        "MDAwMFoXDTIwMTIzMTIzNTk1OVowCgYIKoZIzj0EAwIDSQAwRgIhAP6QgUipfqOM\n"
        "59wkhm4y8/s/Bz4Q4nlsWzymCv+mZle3AiEAqG2PHUxtNeiS9WuG1Dd7FQLaUV7M\n"
        "F3cGlMc5x2zlFDk=\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-future",
        "-----BEGIN X509 CRL-----\n"
        "MIGbMEMwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIY3JsIHJvb3QYDzIwOTAwMTAx\n"
        "MDAwMDAwWhgPMjA5NTEyMzEyMzU5NTlaMAoGCCqGSM49BAMCA0gAMEUCIAr+NDUd\n"
        "EJDb8g6NE7iDdV1DOM4zhB0g1KLq/qvAnjOZAiEAxKnxh/jzb/aUI7WxxVYQ7EHa\n"
        "HMuH+IvyQYfwiJe5cXg=\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-forged",
        "-----BEGIN X509 CRL-----\n"
        "MIGYMEEwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIY3JsIHJvb3QXDTI0MDEwMTAw\n"
        "MDAwMFoYDzIwOTUxMjMxMjM1OTU5WjAKBggqhkjOPQQDAgNHADBEAiB/XkD/Vuvi\n"
        "mAT6yIGskEvQR4azlnZlMBhVeNLTZ3PMXgIgbP2UhksNU4ZCPCfqRLUYf5aet8j+\n"
        "lJk1NKWn4WUpt7w=\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-foreign",
        "-----BEGIN X509 CRL-----\n"
        "MIHIMHAwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOY3JsIG90aGVyLXJvb3QXDTI0\n"
        "MDEwMTAwMDAwMFoYDzIwOTUxMjMxMjM1OTU5WjAnMCUCFHsxyKKs7rMLzImdrvTA\n"
        "/GQ3FM3bFw0yNjExMjIyMjA3MTJaMAoGCCqGSM49BAMCA0gAMEUCIQD9if3aH7XY\n"
        "ajeWAAOb4JDjxCvO3Q7cfd/FnqR95pBngAIgdewXahzQ3qZ5RdmjXfqn3U1s/x2o\n"
        "FF0U1SHZ/56f9I4=\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {
        "crl-list-of-sub",
        "-----BEGIN X509 CRL-----\n"
        "MIHAMGkwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHY3JsIHN1YhcNMjQwMTAxMDAw\n"
        "MDAwWhgPMjA5NTEyMzEyMzU5NTlaMCcwJQIUAuiTGoHvcy0NRMsM62wqcasFnCMX\n"
        "DTI2MTEyMjIyMDcxMlowCgYIKoZIzj0EAwIDRwAwRAIgMR2RPhkaNnXUcA1h626L\n"
        "JEorGFfQKg0kJj9P/KHPBe8CIENMZBj8v66BrMVZkNvDco13JVezfIABD/RjbhQj\n"
        "GVZL\n"
        "-----END X509 CRL-----\n"
        ,
        NULL,
    },
    {NULL, NULL, NULL},
};
