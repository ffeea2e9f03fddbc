/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a pipe that is read as a stream, in each way. */
/* zg: expect silent */
#include <stdbool.h>

#define ROUNDS 13
#include "outside.h"

static struct {
    FILE *in;
    int out;
} pipes[ROUNDS];

static void prepare(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        int ends[2];

        CHECK(pipe(ends) == 0);
        CHECK((pipes[i].in = fdopen(ends[0], "r")) != NULL);
        pipes[i].out = ends[1];
    }
    setvbuf(stdin, NULL, _IONBF, 0);
}

static void give(void *socket)
{
    static int way;

    (void)socket;
    CHECK(write(pipes[way++].out, "1\n", 2) == 2);
}

/* Those that read standard input last: what scanf() leaves there is read at once. */
static bool has_read(int way, FILE *in)
{
    char line[8], *grown = NULL; /* leaked */
    size_t size = 0;
    int number;

    if (way >= 10)
        CHECK(dup2(fileno(in), 0) == 0);
    switch (way) {
    case 0:
        return fgets(line, sizeof(line), in) != NULL;
    case 1:
        return fgets_unlocked(line, sizeof(line), in) != NULL;
    case 2:
        return fread(line, 1, 1, in) == 1;
    case 3:
        return fread_unlocked(line, 1, 1, in) == 1;
    case 4:
        return fgetc(in) != EOF;
    case 5:
        return fgetc_unlocked(in) != EOF;
    case 6:
        return getc_unlocked(in) != EOF;
    case 7:
        return getline(&grown, &size, in) > 0;
    case 8:
        return getdelim(&grown, &size, '\n', in) > 0;
    case 9:
        return fscanf(in, "%d", &number) == 1;
    case 10:
        return getchar() != EOF;
    case 11:
        return getchar_unlocked() != EOF;
    default:
        return scanf("%d", &number) == 1;
    }
}

static void *take(void *context)
{
    static int way;

    (void)context;
    CHECK(has_read(way, pipes[way].in));
    way++;
    pass_ticks(); /* lest it covers the next one, too */
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
