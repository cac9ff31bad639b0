/* Control channel messages of one TLS record. Input: the record. */
#include "lib/fuzz.h"
#include "wire/message.h"

static void check_message(const struct ov_message *m)
{
    char *text = strndup(m->text, m->text_len);
    uint8_t out[OV_MESSAGE_MAX];
    struct ov_writer w = ov_writer_over(out, sizeof(out));
    FUZZ_CHECK(text != NULL && strlen(text) == m->text_len);
    for (size_t i = 0; i < m->text_len; i++)
    {
        FUZZ_CHECK(m->text[i] >= ' ' && m->text[i] <= '~'); /* [WP-MSG-003] */
    }
    FUZZ_CHECK(m->arg >= m->text && m->arg + m->arg_len == m->text + m->text_len);
    /* Whatever was understood can be written, if it is not longer than what we write. */
    enum ov_err err = ov_message_write(text, &w);
    FUZZ_CHECK(err == (m->text_len < OV_MESSAGE_MAX ? OV_OK : OV_ERR_LIMIT));
    if (m->kind != OV_MSG_UNKNOWN)
    {
        const char *word = ov_message_kind_name(m->kind);
        FUZZ_CHECK(strncmp(text, word, strlen(word)) == 0);
    }
    if (err == OV_OK)
    {
        struct ov_reader r = ov_reader_over(out, ov_writer_len(&w));
        struct ov_message again;
        FUZZ_CHECK(ov_message_next(&r, &again) == OV_OK);
        FUZZ_CHECK(again.kind == m->kind && again.arg_len == m->arg_len);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *record = fuzz_copy(data, size);
    struct ov_reader r = ov_reader_over(record, size);
    size_t nuls = 0;
    size_t messages = 0;
    for (size_t i = 0; i < size; i++)
    {
        nuls += data[i] == 0 ? 1 : 0;
    }
    for (;;)
    {
        struct ov_message m;
        enum ov_err err = ov_message_next(&r, &m);
        if (err == OV_ERR_AGAIN)
        {
            break;
        }
        FUZZ_CHECK(err == OV_OK || m.kind == OV_MSG_UNKNOWN);
        messages += err == OV_ERR_TRUNCATED ? 0 : 1;
        if (err == OV_OK)
        {
            check_message(&m);
        }
    }
    FUZZ_CHECK(messages == nuls && ov_reader_left(&r) == 0);
    free(record);
    return 0;
}
