#!/bin/sh
# A sweep as a job array of 8 tasks, each with its part of the trials and a ledger of its own
# in a folder that all of them see: `sbatch examples/sweep/slurm.sh`. Such a script for other
# arguments: `cargo xtask sweep --slurm FILE --tasks 8 ARGUMENTS`. Afterwards:
# `ae sweep report sweeps/cluster`.
#SBATCH --job-name=ae-sweep
#SBATCH --array=0-7
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60

# A minute before the end, or when it is pre-empted, the task is queued again; the ledger says
# what is left to do.
again() {
    kill -TERM "$task"
    wait "$task"
    scontrol requeue "$SLURM_JOB_ID"
    exit
}
trap again TERM

ae sweep --plan examples/sweep/plan.toml --out sweeps/cluster \
    --threads "$SLURM_CPUS_PER_TASK" --shard "$SLURM_ARRAY_TASK_ID/8" &
task=$!
wait "$task"
