/* SPDX-License-Identifier: MPL-2.0 */
/*
 * CZMQ's actors, all of which hand sockets to threads of their own: zactor, zproxy, zmonitor,
 * zpoller, zauth, zgossip, zbeacon. Correct, so silent.
 */
#include <czmq.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "czmq.c:%d: %s\n", __LINE__, #condition);                              \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Echoes what it gets on its pipe until it is told to end. */
static void echo(zsock_t *pipe, void *unused)
{
    bool on = true;

    (void)unused;
    zsock_signal(pipe, 0);
    while (on) {
        char *word = zstr_recv(pipe);
        on = word != NULL && strcmp(word, "$TERM") != 0;
        if (on)
            zstr_send(pipe, word);
        zstr_free(&word);
    }
}

static void actors(void)
{
    zactor_t *actor[4];

    for (int i = 0; i < 4; i++)
        actor[i] = zactor_new(echo, NULL);
    for (int n = 0; n < 100; n++) {
        char *word;
        zstr_send(actor[n % 4], "hello");
        word = zstr_recv(actor[n % 4]);
        MUST(word != NULL && strcmp(word, "hello") == 0);
        zstr_free(&word);
    }
    for (int i = 0; i < 4; i++)
        zactor_destroy(&actor[i]);
}

static void proxy_and_poller(void)
{
    zactor_t *proxy = zactor_new(zproxy, NULL);
    zsock_t *push, *pull;
    zpoller_t *poller;

    zstr_sendx(proxy, "FRONTEND", "PULL", "inproc://frontend", NULL);
    zsock_wait(proxy);
    zstr_sendx(proxy, "BACKEND", "PUSH", "inproc://backend", NULL);
    zsock_wait(proxy);
    push = zsock_new_push("inproc://frontend");
    pull = zsock_new_pull(">inproc://backend");
    poller = zpoller_new(pull, proxy, NULL);
    for (int n = 0; n < 100; n++) {
        char *word;
        zstr_send(push, "through");
        MUST(zpoller_wait(poller, 50000) == pull);
        word = zstr_recv(pull);
        MUST(word != NULL && strcmp(word, "through") == 0);
        zstr_free(&word);
    }
    zpoller_destroy(&poller);
    zsock_destroy(&push);
    zsock_destroy(&pull);
    zactor_destroy(&proxy);
}

static void monitor(void)
{
    zsock_t *server = zsock_new(ZMQ_DEALER), *client = zsock_new(ZMQ_DEALER);
    zactor_t *watch = zactor_new(zmonitor, server);
    int port;
    zmsg_t *event;

    zstr_sendx(watch, "LISTEN", "LISTENING", "ACCEPTED", NULL);
    zstr_send(watch, "START");
    zsock_wait(watch);
    port = zsock_bind(server, "tcp://127.0.0.1:*");
    MUST(port > 0);
    MUST(zsock_connect(client, "tcp://127.0.0.1:%d", port) == 0);
    for (int n = 0; n < 2; n++) {
        event = zmsg_recv(watch);
        MUST(event != NULL);
        zmsg_destroy(&event);
    }
    zactor_destroy(&watch);
    zsock_destroy(&client);
    zsock_destroy(&server);
}

static void authentication(void)
{
    zactor_t *auth = zactor_new(zauth, NULL);
    zsock_t *push = zsock_new(ZMQ_PUSH), *pull = zsock_new(ZMQ_PULL);
    char *word;
    int port;

    zstr_sendx(auth, "ALLOW", "127.0.0.1", NULL);
    zsock_wait(auth);
    zsock_set_zap_domain(push, "global");
    port = zsock_bind(push, "tcp://127.0.0.1:*");
    MUST(zsock_connect(pull, "tcp://127.0.0.1:%d", port) == 0);
    zsock_set_rcvtimeo(pull, 50000);
    zstr_send(push, "allowed");
    word = zstr_recv(pull);
    MUST(word != NULL);
    zstr_free(&word);
    zsock_destroy(&push);
    zsock_destroy(&pull);
    zactor_destroy(&auth);
}

static void gossip(void)
{
    zactor_t *server = zactor_new(zgossip, "server"), *client = zactor_new(zgossip, "client");
    char *command, *key, *value;

    zstr_sendx(server, "BIND", "inproc://gossip", NULL);
    zstr_sendx(client, "CONNECT", "inproc://gossip", NULL);
    zstr_sendx(client, "PUBLISH", "key", "value", NULL);
    zsock_set_rcvtimeo(zactor_sock(server), 50000);
    MUST(zstr_recvx(server, &command, &key, &value, NULL) > 0);
    zstr_free(&command);
    zstr_free(&key);
    zstr_free(&value);
    zactor_destroy(&client);
    zactor_destroy(&server);
}

/* Not every machine has an interface that can broadcast: then it is only started and ended. */
static void beacon(void)
{
    zactor_t *speaker = zactor_new(zbeacon, NULL);
    char *host;

    zsock_send(speaker, "si", "CONFIGURE", 39123);
    zsock_set_rcvtimeo(zactor_sock(speaker), 50000);
    host = zstr_recv(speaker);
    if (host != NULL && *host != '\0') {
        zsock_send(speaker, "sbi", "PUBLISH", (byte *)"zg", 2, 50);
        zsock_send(speaker, "sb", "SUBSCRIBE", (byte *)"zg", 2);
        zclock_sleep(120);
    }
    zstr_free(&host);
    zactor_destroy(&speaker);
}

int main(void)
{
    zsys_set_interface("lo");
    zsys_set_logstream(stdout);
    actors();
    proxy_and_poller();
    monitor();
    authentication();
    gossip();
    beacon();
    zsys_shutdown();
    return 0;
}
