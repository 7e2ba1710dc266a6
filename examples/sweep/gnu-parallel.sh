#!/bin/sh
# A sweep on several machines with GNU parallel: `examples/sweep/gnu-parallel.sh host1 host2`.
# The machines see this folder under the same path. Without machines, it runs here.
set -eu

out=sweeps/parallel
hosts=$(printf '%s,' "$@" :)
test $# -eq 0 || hosts=$(printf '%s,' "$@")

seq 0 7 | parallel --jobs 1 --sshlogin "${hosts%,}" --workdir . \
    ae sweep --quiet --plan examples/sweep/plan.toml --out "$out" --shard '{}/8'
ae sweep report "$out"
