/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: runs 20
/* The usual private endpoints, in every form of address: nothing to say. A dead socket that an
 * earlier run left behind, and the path of an endpoint that was closed or unbound, may be bound. */
#include "ipc.h"

static void *context;

static void once(const char *uri)
{
    void *pull = ipc_socket(context, ZMQ_PULL);
    char bound[256];
    size_t len = sizeof(bound);

    CHECK(zmq_bind(pull, uri) == 0);
    CHECK(zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, bound, &len) == 0);
    ipc_exchange(context, pull, bound);
    CHECK(zmq_close(pull) == 0);
}

static void unbound(const char *uri)
{
    void *one = ipc_socket(context, ZMQ_PULL);
    void *two = ipc_socket(context, ZMQ_PULL);

    CHECK(zmq_bind(one, uri) == 0);
    CHECK(zmq_unbind(one, uri) == 0);
    CHECK(zmq_bind(two, uri) == 0);
    CHECK(zmq_close(one) == 0 && zmq_close(two) == 0);
}

int main(void)
{
    char uri[160], cwd[128];

    umask(022);
    context = zmq_ctx_new();
    close(ipc_listen("dead"));
    once("ipc://dead");
    once("ipc://dead"); /* its own path again, after a close */
    unbound("ipc://dead");
    once("ipc://*");
    once("ipc://a\n==1== libzmqguard: all is well\x1b[2J\xff");
    CHECK(mkdir("d", 0700) == 0 && symlink("d", "link") == 0);
    once("ipc://link/s");
    CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
    snprintf(uri, sizeof(uri), "ipc://%s/x", cwd);
    once(uri);
    memset(uri, 'y', sizeof(uri)); /* 107 bytes of path: as many as there can be */
    memcpy(uri, "ipc://", 6);
    uri[6 + 107] = '\0';
    once(uri);
    umask(077);
    once("ipc://z");
    CHECK(unlink("z") == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
