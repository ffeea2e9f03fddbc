/* SPDX-License-Identifier: MPL-2.0 */
/* The end of every Check program: its tests are one case, each a process of its own. */
#ifndef ZG_TEST_SUITE_H
#define ZG_TEST_SUITE_H

#include <check.h>

/* Runs the tests of the case and frees it; returns what main shall return. A test that takes 300
 * seconds has failed. CK_FORK, CK_RUN_CASE and CK_VERBOSITY mean what Check's manual says. */
static inline int run_suite(const char *name, TCase *tests)
{
    Suite *suite = suite_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
