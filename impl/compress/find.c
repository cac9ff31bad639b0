#include "compress/compress.h"

const struct ov_compressor *ov_compressor_find(const struct ov_compressor *const *list, enum ov_comp_alg alg)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
    {
        if (list[i]->alg == alg && list[i]->start() == OV_OK)
        {
            return list[i];
        }
    }
    return NULL;
}
