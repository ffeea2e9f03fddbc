# SPDX-License-Identifier: MPL-2.0
# CTest: a project with three tests, one of them racy, goes red on exactly that one, both with
# `ctest -T memcheck` (the command as MEMORYCHECK_COMMAND) and with the command as a launcher.
. "$(dirname "$0")/../lib.bash"
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
add_test(NAME child COMMAND sh -c "./pipeline racy; true")
add_test(NAME green COMMAND sh -c "true")
END
cmake -S . -B b -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMEMORYCHECK_COMMAND="$ZMQGUARD" \
    -DMEMORYCHECK_TYPE=Valgrind >log 2>&1 && cmake --build b >>log 2>&1 || { cat log; fail "build"; finish; }

# Without the guard the race goes unnoticed.
expect 0 env -C b ctest -R 'first|racy|last'

(cd b && ctest -T memcheck) >out 2>&1
same "its status" red "$([ $? -eq 0 ] || echo red)"
says out '2/7 MemCheck.*racy .*(\*\*\*|Defects: 1)'
says out '1/7 MemCheck.*first .*Passed'
says out '3/7 MemCheck.*last .*Passed'
says out '^Threading Problem - 2$'
says out '4/7 MemCheck.*red .*Failed'
says out '5/7 MemCheck.*signal .*SegFault'
# A bug in a child makes the test red, not only its defects; tests without zmq stay green.
says out '6/7 MemCheck.*child .*(Failed|Defects: 1)'
says out '^[[:space:]]*6 - child \(Failed\)'
says out '7/7 MemCheck.*green .*Passed'
xml=$(echo b/Testing/*/DynamicAnalysis.xml)
same "defects in the XML" 2 "$(grep -c '<Defect type="Threading Problem">1</Defect>' "$xml")"


# The log that CTest has read holds the report, and only that of the racy one.
same "logs with a report" 2 "$(grep -lE '^==[0-9]+== ERROR: libzmqguard: cross-thread-use' b/Testing/Temporary/MemoryChecker.*.log | wc -l)"

# The same in log mode, where no process dies of a finding.
cmake -S . -B b -DMEMORYCHECK_COMMAND_OPTIONS="--on_error=log" >log 2>&1
(cd b && ctest -T memcheck -R 'racy|child|green|red') >out 2>&1
same "its status in log mode" red "$([ $? -eq 0 ] || echo red)"
for test in '2 - racy' '6 - child' '4 - red'; do
    says out "^[[:space:]]*$test \\(Failed\\)"
done
says out 'green .*Passed'

# Without a dashboard: the command as each test's launcher, and one report of the job.
mkdir plain && cp pipeline.c plain/
sed -e 's/^include(CTest)/enable_testing()/' -e 's/COMMAND pipeline/COMMAND $<TARGET_FILE:pipeline>/' \
    -e "s,COMMAND ,COMMAND $ZMQGUARD run --job=$work/job ," CMakeLists.txt >plain/CMakeLists.txt
cmake -S plain -B c >log 2>&1 && cmake --build c >>log 2>&1 || { cat log; fail "build"; finish; }
expect 8 env -C c ctest
for test in first last green; do says out "$test \\.+ +Passed"; done
for test in racy red child; do says out "$test \\.+ *[^ ]*(Failed|(Subprocess|Child) aborted)"; done
expect 1 "$ZMQGUARD" report job
says out '^1 error, 0 warnings in 2 records$'

# The command's own options are passed as the manual says.
cmake -S . -B b -DMEMORYCHECK_COMMAND_OPTIONS="--policy=overlap" >log 2>&1
(cd b && ctest -T memcheck -R 'first|racy|last') >out 2>&1
says out '2/3 MemCheck.*racy .*Passed'
says_not out 'Threading Problem'

# Nothing is left behind by the private directories.
same "left behind" "" "$(ls tmp)"
finish
