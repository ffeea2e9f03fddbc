#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What libzmqguard(7) offers to be copied into Containerfiles, GitHub's and GitLab's pipelines and
# Kubernetes is well-formed, by such linters as are there, and names only forms that the command has.
. "$(dirname "$0")/../lib.bash"
page=$top/src/cli/libzmqguard.7

snippet() { # TITLE N: the Nth literal text below that heading
    awk -v title=".Ss $1" -v wanted="$2" '$0 == title { here = 1; next } /^\.S[sh]/ { here = 0 }
        here && /^\.Bd/ { n++; inside = 1; next } /^\.Ed/ { inside = 0 }
        here && inside && n == wanted' "$page" | sed 's/\\e/\\/g'
}

{ echo "FROM debian:12-slim AS build"; snippet Containers 2; } >Dockerfile.service
snippet Containers 1 >Dockerfile.tests
snippet Containers 3 >pod.yaml
snippet GitLab 1 >.gitlab-ci.yml
mkdir -p .github/workflows
{
    printf '%s\n' "on: push" jobs: "  test:" "    runs-on: ubuntu-latest" "    steps:"
    snippet "GitHub Actions" 1 | sed 's/^/    /'
} >.github/workflows/test.yml

for file in Dockerfile.tests Dockerfile.service; do
    says $file '^FROM '
    # Each RUN is a command of the shell.
    sed -n '/^RUN /,/[^\\]$/p' $file | sed 's/^RUN //' >run.sh
    expect 0 bash -n run.sh
    ! command -v shellcheck >/dev/null || expect 0 shellcheck -s sh run.sh
    ! command -v dockerfilelint >/dev/null || expect 0 dockerfilelint $file
    ! command -v hadolint >/dev/null || expect 0 hadolint --ignore DL3006 --ignore DL3008 $file
done
! command -v actionlint >/dev/null || expect 0 actionlint .github/workflows/test.yml
if python3 -c 'import yaml' 2>/dev/null; then
    expect 0 python3 -c 'import yaml
steps = yaml.safe_load(open(".github/workflows/test.yml"))["jobs"]["test"]["steps"]
assert len(steps) == 4 and all("run" in s or "uses" in s for s in steps), steps
job = yaml.safe_load(open(".gitlab-ci.yml"))["test"]
assert job["artifacts"]["when"] == "always" and len(job["after_script"]) == 2, job
assert set(job["artifacts"]["reports"]) == {"codequality", "junit"}, job
pod = yaml.safe_load(open("pod.yaml"))
assert pod["containers"][0]["env"][0]["name"] == "LD_PRELOAD", pod'
fi

"$ZMQGUARD" run --job=zg true || fail "zmqguard run --job"
for format in $(grep -rhoE 'report --format=[a-z]+' .g* | sed 's/.*=//'); do
    expect 0 "$ZMQGUARD" report --format="$format" zg
done
finish
