#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A fixed range of random programs: every verdict is what the oracle says.
exec "$(dirname "$0")/../stress/verdicts.sh" 1 250
