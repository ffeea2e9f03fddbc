/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The page's only script: shows the box that filters findings, and opens what is closed for the
 * printer. Everything can be read without it. The page allows this text alone, by its SHA-256
 * (test/cli/report.sh compares).
 */
#include "cli/html.h"

const char zg_html_script[] =
    "(function(){var f=document.getElementById('filter');"
    "addEventListener('beforeprint',function(){"
    "document.querySelectorAll('details').forEach(function(d){d.open=true})});"
    "if(!f)return;f.hidden=false;"
    "function show(){var "
    "t=f.text.value.toLowerCase(),k=f.kind.value,s=f.state?f.state.value:'',n=0;"
    "document.querySelectorAll('[data-kind]').forEach(function(e){"
    "var of=document.getElementById(e.dataset.of||e.id),"
    "on=(!k||e.dataset.kind===k)&&(!s||e.dataset.state===s)&&"
    "(!t||(of||e).textContent.toLowerCase().indexOf(t)>=0);"
    "e.hidden=!on;n+=on&&!e.dataset.of});"
    "document.getElementById('shown').textContent=n+' shown'}"
    "f.addEventListener('input',show);"
    "f.addEventListener('submit',function(e){e.preventDefault()})})()";

const char zg_html_script_hash[] = "sha256-H656Cwq3iiVZcvg2aVb4w2FSoeHLIecRuVD4qpGsATE=";
