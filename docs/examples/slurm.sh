#!/usr/bin/env bash
# sbatch docs/examples/slurm.sh PHOTOS OUT          64 shards, each on one core
# sbatch --dependency=afterany:JOB --wrap "fsanet merge OUT"
#SBATCH --job-name=fsanet
#SBATCH --array=1-64
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail
exec fsanet estimate "$1" --out "$2" --no-pictures --quiet --workers 1 \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
