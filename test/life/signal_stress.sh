#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Handlers at 10 kHz that send, hand over and jump: nothing is missed, and nothing false is said.
exec "$(dirname "$0")/../stress/signal.sh" 2000
