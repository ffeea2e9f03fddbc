/* SPDX-License-Identifier: MPL-2.0 */
/* The host starts as it would alone: its environment and arguments are there, before main too.
 *
 * // zg: expect silent
 * // zg: env ZG_TEST_WORD=intact
 * // zg: args one two
 * // zg: runs 1
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static int early;

__attribute__((constructor)) static void before_main(void)
{
    const char *word = getenv("ZG_TEST_WORD");

    early = word != NULL && strcmp(word, "intact") == 0;
}

int main(int argc, char **argv, char **envp)
{
    const char *word = getenv("ZG_TEST_WORD");
    int major, minor, patch;

    zmq_version(&major, &minor, &patch);
    if (!early || word == NULL || strcmp(word, "intact") != 0)
        return 1;
    if (environ == NULL || envp == NULL || envp[0] == NULL)
        return 2;
    return argc == 3 && strcmp(argv[2], "two") == 0 ? 0 : 3;
}
