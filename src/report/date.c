/* SPDX-License-Identifier: MPL-2.0 */
/* Dates without libc, whose functions read the environment and take locks. */
#include "report/report.h"

/* Days since 1970 to a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
uint32_t zg_date_of(uint64_t seconds)
{
    uint64_t days = seconds / 86400 + 719468;
    uint64_t era = days / 146097;
    uint64_t doe = days % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;
    uint64_t day = doy - (153 * mp + 2) / 5 + 1;
    uint64_t month = mp < 10 ? mp + 3 : mp - 9;
    uint64_t year = yoe + era * 400 + (month <= 2);

    return (uint32_t)(year * 10000 + month * 100 + day);
}
