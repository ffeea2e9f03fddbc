/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* The application moves the file, its directory and what is above that, in every way there is. */
#include "ipc.h"

#include <fcntl.h>

static void use(void *context, void *pull, const char *uri)
{
    ipc_exchange(context, pull, uri);
    CHECK(chmod(uri + 6, 0600) == 0); /* the file is looked at */
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int here = open(".", O_PATH | O_DIRECTORY);

    umask(077);
    CHECK(mkdir("a", 0700) == 0 && mkdir("a/new", 0700) == 0 && mkdir("b", 0700) == 0);
    CHECK(symlink("a/new", "link") == 0);
    CHECK(zmq_bind(pull, "ipc://link/../new/s") == 0);
    CHECK(rename("a/new", "a/run") == 0);
    use(context, pull, "ipc://a/run/s");
    CHECK(renameat(here, "a", here, "c") == 0);
    use(context, pull, "ipc://c/run/s");
    CHECK(rename("c/run/s", "c/run/t") == 0);
    use(context, pull, "ipc://c/run/t");
    CHECK(renameat2(here, "c", here, "b", RENAME_EXCHANGE) == 0);
    use(context, pull, "ipc://b/run/t");
    CHECK(rename("b/run/t", "./b/../s") == 0);
    use(context, pull, "ipc://s");
    CHECK(zmq_close(pull) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
