# SPDX-License-Identifier: MPL-2.0
# CTest: a project with three tests, one of them racy, goes red on exactly that one, both with
# `ctest -T memcheck` (the command as MEMORYCHECK_COMMAND) and with the command as a launcher.
. "$(dirname "$0")/lib.bash"
command -v cmake >/dev/null && command -v ctest >/dev/null || skip "no cmake"

cp "$here/data/pipeline.c" .
mkdir tmp && export TMPDIR=$work/tmp
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.18)
project(pipeline C)
include(CTest)
add_executable(pipeline pipeline.c)
target_link_libraries(pipeline zmq pthread)
add_test(NAME first COMMAND pipeline clean)
add_test(NAME racy COMMAND pipeline racy)
add_test(NAME last COMMAND pipeline clean)
add_test(NAME red COMMAND sh -c "exit 3")
add_test(NAME signal COMMAND sh -c "kill -SEGV $$")
END
cmake -S . -B b -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMEMORYCHECK_COMMAND="$ZMQGUARD" \
    -DMEMORYCHECK_TYPE=Valgrind >log 2>&1 && cmake --build b >>log 2>&1 || { cat log; fail "build"; finish; }

# Without the guard the race goes unnoticed.
expect 0 ctest --test-dir b -R 'first|racy|last'

(cd b && ctest -T memcheck) >out 2>&1
says out '2/5 MemCheck.*racy .*(\*\*\*|Defects: 1)'
says out '1/5 MemCheck.*first .*Passed'
says out '3/5 MemCheck.*last .*Passed'
says out '^Threading Problem - 1$'
says out '4/5 MemCheck.*red .*Failed'
says out '5/5 MemCheck.*signal .*SegFault'
xml=$(echo b/Testing/*/DynamicAnalysis.xml)
same "defects in the XML" 1 "$(grep -c '<Defect type="Threading Problem">1</Defect>' "$xml")"


# The log that CTest has read holds the report, and only that of the racy one.
same "logs with a report" 1 "$(grep -lE '^==[0-9]+== ERROR: libzmqguard: cross-thread-use' b/Testing/Temporary/MemoryChecker.*.log | wc -l)"

# The command's own options are passed as the manual says.
cmake -S . -B b -DMEMORYCHECK_COMMAND_OPTIONS="--policy=overlap" >log 2>&1
(cd b && ctest -T memcheck -R 'first|racy|last') >out 2>&1
says out '2/3 MemCheck.*racy .*Passed'
says_not out 'Threading Problem'

# Nothing is left behind by the private directories.
same "left behind" "" "$(ls tmp)"
finish
