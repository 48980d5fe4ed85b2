#!/usr/bin/env bash
# docs/examples/parallel.sh PHOTOS OUT [JOBS]       GNU parallel: four shards a job, joined at the end
# More machines: add --sshlogin host1,host2 where they mount PHOTOS and OUT under the same names.
set -euo pipefail
photos=$1 out=$2 jobs=${3:-$(nproc)}
shards=$((4 * jobs))
export FSANET_CORES=1
seq "$shards" | parallel --quote --jobs "$jobs" --env FSANET_CORES --retries 3 --joblog "$out.log" \
    fsanet estimate "$photos" --out "$out" --no-pictures --quiet --workers 1 --shard "{}/$shards" || true
exec fsanet merge "$out"
