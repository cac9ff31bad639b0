/* Experiment files of ovlab: any text gives an experiment whose every expression can be read, or an error
 * that names the place. Input: a file called fuzz.yaml. */
#include "lib/fuzz.h"

#include "lib/experiment.h"

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
    {
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
        {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char path[] = "fuzz.yaml";
    struct lab_experiment *experiment = NULL;
    struct lab_why why = {""};
    /* Ends with a NUL, as a file that was read does. */
    char *text = calloc(1, size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0)
    {
        memcpy(text, data, size);
    }
    enum lab_err err = lab_experiment_parse(text, size, path, &experiment, &why);
    FUZZ_CHECK(err == LAB_OK || err == LAB_ERR_FORMAT);
    FUZZ_CHECK((err == LAB_OK) == (experiment != NULL));
    if (err != LAB_OK)
    {
        FUZZ_CHECK(strncmp(why.text, path, sizeof path - 1) == 0 && why.text[sizeof path - 1] == ':');
        FUZZ_CHECK(is_printable(why.text));
    }
    else
    {
        FUZZ_CHECK(experiment->traffic_count > 0 && experiment->subjects_count > 0);
        FUZZ_CHECK(experiment->axes_count <= LAB_AXIS_MAX && strcmp(experiment->name, "fuzz") == 0);
    }
    lab_experiment_free(experiment);
    free(text);
    return 0;
}
