/* SPDX-License-Identifier: MPL-2.0 */
/* A report made by hand, for the tests of the writers: the one that the manual shows. */
#ifndef ZG_TEST_SAMPLE_H
#define ZG_TEST_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "host/lib.h"
#include "host/options.h"
#include "report/chain.h"
#include "report/report.h"

/* Frames of the sample, by their numbers in places[]. */
enum { AT_WORKER, AT_LIBRARY, AT_CREATE, AT_NOWHERE };

static const struct zg_line sample_lines[] = {{"send_one", "/src/app/pipeline.c", 41, 7},
                                              {"worker", "/src/app/pipeline.c", 60, 0}};
static struct zg_finding sample_finding;
static struct zg_traces sample_traces;
static struct zg_report sample_report;

static void sample_place(uint32_t n, const char *path, uint64_t offset, const char *symbol)
{
    struct zg_place *p = &sample_traces.places[n];

    p->has_object = path != NULL;
    p->object.path = path;
    p->object.build_id_len = path != NULL ? 3 : 0;
    memcpy(p->object.build_id, "\x9f\x3c\x01", 3);
    p->offset = offset;
    p->pc = 0x550000000000 + offset;
    p->symbol = symbol;
    p->symbol_offset = 0x1f;
}

static void sample_stack(uint32_t event, uint16_t first, uint16_t second)
{
    sample_traces.of[event].count = 2;
    sample_traces.of[event].places[0] = first;
    sample_traces.of[event].places[1] = second;
}

static void sample_threads(struct zg_finding *f)
{
    f->thread_count = 3;
    f->threads[0] = (struct zg_finding_thread){.id = 3, .tid = 4714, .creator = 1};
    f->threads[1] =
        (struct zg_finding_thread){.id = 2, .tid = 4713, .finished = true, .creator = 1};
    f->threads[2] = (struct zg_finding_thread){.id = 1, .tid = 4711, .is_main = true};
    strcpy(f->threads[0].name, "worker-b");
    strcpy(f->threads[1].name, "worker-a");
}

static void sample_events(struct zg_finding *f)
{
    struct zg_finding_event *e = zg_finding_event(f, ZG_ROLE_ACCESS);

    e->op = ZG_OP_zmq_send;
    e->thread = 3;
    e = zg_finding_event(f, ZG_ROLE_LAST_USE);
    e->op = ZG_OP_zmq_send;
    e->thread = 2;
    e->call = 17;
    e->age_ns = 98000000;
    e = zg_finding_event(f, ZG_ROLE_CREATED);
    e->thread = 1;
    e = zg_finding_event(f, ZG_ROLE_THREAD_CREATED);
    e->thread = 3;
    sample_stack(0, AT_WORKER, AT_LIBRARY);
    sample_stack(1, AT_LIBRARY, AT_NOWHERE);
    sample_stack(2, AT_CREATE, AT_LIBRARY);
    sample_traces.of[3].count = 0;
}

static struct zg_report *sample(void)
{
    struct zg_finding *f = &sample_finding;
    struct zg_finding_object *o;

    memset(f, 0, sizeof(*f));
    memset(&sample_traces, 0, sizeof(sample_traces));
    memset(&sample_report, 0, sizeof(sample_report));
    f->kind = ZG_KIND_CROSS_THREAD_USE;
    zg_finding_sentence(f, "zmq_send() on a PUSH socket by thread T3, owned by thread T2");
    zg_finding_line(f, "98 ms after the owner's last call; nothing orders the two calls");
    sample_threads(f);
    o = zg_finding_object(f, "socket", 3);
    strcpy(o->type, "PUSH");
    strcpy(o->endpoints, "bound inproc://q");
    sample_place(AT_WORKER, "/opt/bin/pipeline", 0x1a2f, "worker");
    sample_traces.places[AT_WORKER].lines = sample_lines;
    sample_traces.places[AT_WORKER].line_count = 2;
    sample_place(AT_LIBRARY, "/usr/lib/libapp.so.1", 0x99, "");
    sample_traces.places[AT_LIBRARY].object.order = 1;
    sample_place(AT_CREATE, "/opt/bin/pipeline", 0x1b00, "main");
    sample_place(AT_NOWHERE, NULL, 0x7f0000001000, "");
    sample_events(f);
    sample_report.finding = f;
    sample_report.traces = &sample_traces;
    sample_report.severity = ZG_SEVERITY_ERROR;
    sample_report.pid = 4711;
    sample_report.wall_ns = (uint64_t)1795280400 * 1000000000 + 123456000;
    return &sample_report;
}

static inline struct zg_finding *sample_endpoint(void)
{
    struct zg_finding_endpoint *e = &sample_finding.endpoint;

    sample_finding.kind = ZG_KIND_IPC_WORLD_WRITABLE;
    strcpy(e->uri, "ipc:///tmp/a\nb\033[2J\xff\\");
    e->has_umask = true;
    e->component_count = 2;
    strcpy(e->components[0].path, "/tmp");
    e->components[0].type = 'd';
    e->components[0].mode = 01777;
    strcpy(e->components[1].path, "/tmp/a\nb");
    e->components[1].type = 's';
    e->components[1].mode = 0777;
    e->components[1].uid = 1000;
    e->components[1].gid = 1001;
    e->components[1].offending = true;
    strcpy(e->components[1].why, "anybody may connect");
    e->has_peer = true;
    e->peer_uid = 7;
    e->peer_gid = 8;
    e->peer_pid = 9;
    strcpy(e->peer_exe, "/bin/x\ny");
    return &sample_finding;
}

#endif
