#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The ownership protocol holds under stress and in the model, and fails without its fences.
exec "$(dirname "$0")/../stress/owner.sh" 100000
