#!/usr/bin/env bash
# sbatch docs/examples/slurm.sh PHOTOS OUT                  64 shards, each on one core
# sbatch --array=2,3 docs/examples/slurm.sh PHOTOS OUT      those again that `fsanet merge` names
# sbatch --dependency=afterany:JOB --wrap "fsanet merge OUT"
#SBATCH --job-name=fsanet
#SBATCH --array=1-64
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail
shards=64 # all there are, whichever this submission takes: as in --array above
export FSANET_CORES=${SLURM_CPUS_PER_TASK:-1}
exec fsanet estimate "$1" --out "$2" --no-pictures --quiet --workers 1 \
    --shard "$SLURM_ARRAY_TASK_ID/$shards"
