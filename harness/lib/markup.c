#include "lib/markup.h"

void lab_markup_text(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        unsigned char octet = (unsigned char)text[i];
        switch (octet)
        {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if (octet < 0x20 && octet != '\n' && octet != '\t')
            {
                fputs("\xef\xbf\xbd", out);
                break;
            }
            fputc(octet, out);
        }
    }
}
