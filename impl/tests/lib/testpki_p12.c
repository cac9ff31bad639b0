#include "tests/lib/testpki.h"

/* client-ec in one PKCS#12 file under the password "secret", as base64:
 *
 *   openssl pkcs12 -export -in CERT -inkey KEY -passout pass:secret -name client-ec | base64 */
const char ov_testpki_p12[] =
    "MIIEfwIBAzCCBDUGCSqGSIb3DQEHAaCCBCYEggQiMIIEHjCCArIGCSqGSIb3DQEHBqCCAqMwggKfAgEAMIICmAYJ"
    "KoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhi+4AkeywflAICCAAwDAYIKoZIhvcNAgkF"
    "ADAdBglghkgBZQMEASoEEJgkXYndTLu9PoKNpQV/rwSAggIwegZ2IibHx/CPyFNwAE+Tno+xxYwI31/NetjJsk+g"
    "GLCiDnt9F6+XMAUAyp7Yd4KqeYKxCI7RPxs7VDrr1rC79jbaP1poZL3Lh4Izpf8y7faCd/ZAeoUNxcuZW3SSXAry"
    "/Sh+S3FL5Q9BwzRuSchg1PoMYIroOHTF9bXlYb4NuNKUDVCaoVwvls6MbqkCkEGPfdQh5a/NLf6xSnvNL0TjOzJt"
    "YCkYqfAZjCG8jAzbTqm0uD7Hw9/FTrvzTR4zSHOSNgo5kD0oHkJWbajeECk2BmRWycL+O0Cpz0uWGqSc7DiuZIY6"
    "Rhsnv8NfwqNiLBtEHi2JDj8bqAHPIjvzYj6ZIkqRjDV3qC/lrRE/gkTVqpz9u5h9NCC26Xxyr6hBeBqbL1BAyL2O"
    "sr7859JVj6uAGwO5D2AEerWh94589MNo4VkawJfraFbTyII3YxFm0V368mA7YDO3rt0fQCL3j0dYfxOZwkwm9oeX"
    "uFwq0096EexaSafBmaVREoTKlLrhfzTKLvJk0vsB8FBdiQ5sF3IxM/LnS9uegN6ApLaH+sDrVitd/3iDrGb1EXD5"
    "dD5BuVu8DU2SVoaLoT49pKHZ/wL09dpe4NROzRKqnyNNBMRXylKM09Br0LQ60+ucye/P5tybckYS1P2svNJNfwn1"
    "XQq5MClUU79L4yGMuA8U5yy1Zw0W+a/o0jtn9pHYf0IicIdIKPXYoeel18tjmCCqLHKosnOwja9bmyez9zEM/aND"
    "YKYwggFkBgkqhkiG9w0BBwGgggFVBIIBUTCCAU0wggFJBgsqhkiG9w0BDAoBAqCB7zCB7DBXBgkqhkiG9w0BBQ0w"
    "SjApBgkqhkiG9w0BBQwwHAQIhNG+wxTL5qQCAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBDumkdvgFI/"
    "0ZucCi5ZKuLZBIGQFSAGDo5IH3DjQwxwdb8Yz+br0mAZdC4lelOIHd27QygcdI3gtO3EnR4zfBGc6q2DbszsoxeD"
    "pwnFGonuDNssTvo+gtV1tqeiomtH86dcUpNDwIFMfYr6EG+wbTW9f9ksCO60Kzl1XbiYy3Qnb6Rl2EEPruaEFiVq"
    "1FuY+Sa7YOY9PAlQFGo4Dce7/oMibl+KMUgwIQYJKoZIhvcNAQkUMRQeEgBjAGwAaQBlAG4AdAAtAGUAYzAjBgkq"
    "hkiG9w0BCRUxFgQUWYNCZTBKagBgR6m/wXK41QRhqxowQTAxMA0GCWCGSAFlAwQCAQUABCDY9e5tGvlHKbUmFIRw"
    "5QufDBVpB9E/sm8UT0DikxQVrQQIcM1QciCVWCsCAggA";
