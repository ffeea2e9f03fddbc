# SPDX-License-Identifier: MPL-2.0
# One finding in a C program, the same stripped beside its debug file, a C++ program with inlines
# and a Python script: file and line of the guilty call stand in every form of the report.
. "$(dirname "$0")/../lib.bash"
# The line, or a pattern for one of several.
line_of() { grep -n 'the guilty line' "$here/data/$1" | cut -d: -f1 | paste -sd'|' | sed 's/.*/(&)/'; }

# forms NAME FILE FUNCTION COMMAND…
forms() {
    local name=$1 file=$2 function=$3 line form
    line=$(line_of "$file")
    shift 3
    "$ZMQGUARD" --on_error=log --summary=0 --max_reports=1 "$@" >"$name.text" 2>&1
    grep -qE "^    #[0-9]+ $function [^ ]*$file:$line" "$name.text" ||
        { fail "$name: no frame $function $file:$line in the guard's text" && cat "$name.text"; }
    grep -qE "^SUMMARY: libzmqguard: [a-z-]+ [^ ]*$file:$line in $function" "$name.text" ||
        fail "$name: the SUMMARY has no $file:$line"
    "$ZMQGUARD" --on_error=log --summary=0 --max_reports=1 --format=json "$@" 2>"$name.json" >out
    grep -qE "\"file\": ?\"[^\"]*$file\", ?\"line\": ?$line" "$name.json" ||
        { fail "$name: no $file:$line in the record" && cat "$name.json"; }
    for form in text junit sarif html; do
        expect 1 "$ZMQGUARD" report "--format=$form" "$name.json"
        case $form in
        sarif) tr -d ' \n' <out | grep -qE "$file\"[^]]*\"startLine\":$line[,}]" ;;
        *) grep -qE "$file:$line" out ;;
        esac || fail "$name: no $file:$line in the $form report"
    done
}

$CC -O2 -g -o plain "$here/data/pipeline.c" -lzmq -lpthread || exit 1
forms plain pipeline.c push ./plain racy

cp plain stripped
objcopy --only-keep-debug stripped stripped.debug && strip stripped &&
    objcopy --add-gnu-debuglink=stripped.debug stripped || exit 1
! nm stripped 2>/dev/null | grep -q . || fail "not stripped"
forms stripped pipeline.c push ./stripped racy

if echo '#include <zmq.hpp>' | $CXX -E -x c++ - >/dev/null 2>&1; then
    $CXX -std=c++17 -O2 -g -o inlined "$here/data/pipeline.cc" -lzmq -lpthread || exit 1
    forms inlined pipeline.cc 'Pipe::push.*' ./inlined
fi
if /usr/bin/python3 -c 'import zmq' 2>/dev/null; then
    forms script pipeline.py '(push|wait)' /usr/bin/python3 "$here/data/pipeline.py"
fi
finish
