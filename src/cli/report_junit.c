/* SPDX-License-Identifier: MPL-2.0 */
/* JUnit's XML, as Jenkins, GitLab and Azure read it: each error a failed test case. A place is part
 * of its name: Jenkins' schema has no attribute for it, and refuses the file of whoever writes one
 * (junit-10.xsd of its xunit plugin; test/cli/data/junit.xsd). */
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/report.h"

/* XML has no way to write most control characters. */
static char *printable(const char *text)
{
    char *copy = zg_cli_copy(text);

    for (char *p = copy; *p != '\0'; p++)
        if (((unsigned char)*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
            *p = '?';
    return copy;
}

static void attribute(xmlTextWriter *w, const char *name, const char *text)
{
    char *clean = printable(text);

    xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST clean);
    free(clean);
}

static void number(xmlTextWriter *w, const char *name, size_t value)
{
    xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%zu", value);
}

static void element(xmlTextWriter *w, const char *name, const char *message, const char *type,
                    const char *text)
{
    char *clean = printable(text);

    xmlTextWriterStartElement(w, BAD_CAST name);
    if (message != NULL) {
        attribute(w, "message", message);
        attribute(w, "type", type);
    }
    xmlTextWriterWriteString(w, BAD_CAST clean);
    xmlTextWriterEndElement(w);
    free(clean);
}

static void put_case(xmlTextWriter *w, const struct zg_group *group)
{
    const struct zg_record *r = group->records[0];
    char *report = zg_report_text_of(r);
    char *count = zg_report_count_text(group);
    char *class = zg_cli_format("libzmqguard.%s", r->kind);
    char *text = zg_cli_format("seen %s\n%s", count, report);

    xmlTextWriterStartElement(w, BAD_CAST "testcase");
    attribute(w, "classname", class);
    attribute(w, "name", r->where);
    attribute(w, "time", "0");
    if (zg_record_is_error(r))
        element(w, "failure", r->sentence, r->kind, text);
    else
        element(w, "system-out", NULL, NULL, text);
    xmlTextWriterEndElement(w);
    free(report);
    free(count);
    free(class);
    free(text);
}

/* An error in JUnit's sense: the test could not be judged. */
static void put_problem(xmlTextWriter *w, const char *problem)
{
    xmlTextWriterStartElement(w, BAD_CAST "testcase");
    attribute(w, "classname", "libzmqguard");
    attribute(w, "name", "incomplete");
    attribute(w, "time", "0");
    element(w, "error", problem, "incomplete", problem);
    xmlTextWriterEndElement(w);
}

/* A suite without a test is taken for a broken one: "no findings" is one then. */
static size_t cases(const struct zg_groups *g)
{
    size_t n = g->count - zg_groups_in(g, ZG_GROUP_KNOWN) + g->problem_count;

    return n > 0 ? n : 1;
}

static void put_suite(xmlTextWriter *w, const struct zg_groups *g)
{
    xmlTextWriterStartElement(w, BAD_CAST "testsuite");
    attribute(w, "name", "libzmqguard");
    number(w, "tests", cases(g));
    number(w, "failures", g->errors);
    number(w, "errors", g->problem_count);
    number(w, "skipped", 0);
    for (size_t i = 0; i < g->count; i++)
        if (g->groups[i].state != ZG_GROUP_KNOWN)
            put_case(w, &g->groups[i]);
    for (size_t i = 0; i < g->problem_count; i++)
        put_problem(w, g->problems[i]);
    if (g->count - zg_groups_in(g, ZG_GROUP_KNOWN) + g->problem_count == 0) {
        xmlTextWriterStartElement(w, BAD_CAST "testcase");
        attribute(w, "classname", "libzmqguard");
        attribute(w, "name", "no findings");
        attribute(w, "time", "0");
        xmlTextWriterEndElement(w);
    }
    xmlTextWriterEndElement(w);
}

void zg_report_junit(const struct zg_groups *g, FILE *out)
{
    xmlBuffer *buffer = xmlBufferCreate();
    xmlTextWriter *w = buffer == NULL ? NULL : xmlNewTextWriterMemory(buffer, 0);

    if (w == NULL)
        zg_cli_usage("out of memory");
    xmlTextWriterSetIndent(w, 1);
    xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
    xmlTextWriterStartElement(w, BAD_CAST "testsuites");
    attribute(w, "name", "libzmqguard");
    number(w, "tests", cases(g));
    number(w, "failures", g->errors);
    number(w, "errors", g->problem_count);
    put_suite(w, g);
    xmlTextWriterEndElement(w);
    xmlTextWriterEndDocument(w);
    xmlFreeTextWriter(w);
    fputs((const char *)xmlBufferContent(buffer), out);
    xmlBufferFree(buffer);
}
