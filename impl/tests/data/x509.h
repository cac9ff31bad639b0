#ifndef OV_TESTS_DATA_X509_H
#define OV_TESTS_DATA_X509_H

/* Two certificates; openssl x509 -text says what is in them. Their keys are nowhere. */

static const char x509_full[] = "-----BEGIN CERTIFICATE-----\n"
                                "MIICvzCCAmWgAwIBAgIFAKGyw9QwCgYIKoZIzj0EAwIwgZYxCzAJBgNVBAYTAktH\n"
                                "MQswCQYDVQQIDAJOQTEOMAwGA1UECgwFVMOpc3QxCjAIBgNVBAsMAWExCjAIBgNV\n"
                                "BAsMAWIxDTALBgNVBAMMBGZ1bGwxHTAbBgkqhkiG9w0BCQEWDm1lQGV4YW1wbGUu\n"
                                "b3JnMRIwEAYKCZImiZPyLGQBAQwCdTExEDAOBgkrBgEEAYaNHwEMAXgwIBcNMjYx\n"
                                "MTIyMjI0MTQ4WhgPMjEyNjEwMjkyMjQxNDhaMIGWMQswCQYDVQQGEwJLRzELMAkG\n"
                                "A1UECAwCTkExDjAMBgNVBAoMBVTDqXN0MQowCAYDVQQLDAFhMQowCAYDVQQLDAFi\n"
                                "MQ0wCwYDVQQDDARmdWxsMR0wGwYJKoZIhvcNAQkBFg5tZUBleGFtcGxlLm9yZzES\n"
                                "MBAGCgmSJomT8ixkAQEMAnUxMRAwDgYJKwYBBAGGjR8BDAF4MFkwEwYHKoZIzj0C\n"
                                "AQYIKoZIzj0DAQcDQgAETsKJJMhc+MyENJyqVSVSSn9/P8K11bCO019yN2sNxd7W\n"
                                "Ojum+6ZIxrwkrMt1Ij+b4+Tr2OLKkAK7spN8Id9+B6OBmzCBmDAMBgNVHQ8EBQMD\n"
                                "B6CAMBgGA1UdJQQRMA8GCCsGAQUFBwMBBgMqAwQwLgYDVR0RBCcwJYIMZnVsbC5l\n"
                                "eGFtcGxlgQ9hbHRAZXhhbXBsZS5vcmeHBMAAAgEwEQYJYIZIAYb4QgEBBAQDAgeA\n"
                                "MAwGA1UdEwEB/wQCMAAwHQYDVR0OBBYEFJ0eC8r5nyT91xy2KSkmfzE73UyvMAoG\n"
                                "CCqGSM49BAMCA0gAMEUCIQDw+AXX3xoGA+ZFGuq1RZp/d37sOInkWxjFPB3UVJP1\n"
                                "CAIgXXFt9gcCDs5TxWR90Hl3tRgUUjVes+2B26dBMm/MEv8=\n"
                                "-----END CERTIFICATE-----\n";

static const char x509_bare[] = "-----BEGIN CERTIFICATE-----\n"
                                "MIIBGjCBwQIUHNB8SE7fzkdq4ayYXeUBbCwKZGEwCgYIKoZIzj0EAwIwDzENMAsG\n"
                                "A1UEAwwEYmFyZTAgFw0yNjExMjIyMjQxNDhaGA8yMTI2MTAyOTIyNDE0OFowDzEN\n"
                                "MAsGA1UEAwwEYmFyZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABE7CiSTIXPjM\n"
                                "hDScqlUlUkp/fz/CtdWwjtNfcjdrDcXe1jo7pvumSMa8JKzLdSI/m+Pk69jiypAC\n"
                                "u7KTfCHffgcwCgYIKoZIzj0EAwIDSAAwRQIgUFXW/YurqP0PneMZ2P9+oC/b/4Z3\n"
                                "6GwtKw+SjgN8JF4CIQDUzFNtDmJFejPKrQDsTJH/DGn2FWihzAtDZMbo6xVcnw==\n"
                                "-----END CERTIFICATE-----\n";

#endif
