#!/usr/bin/env bash
# The shell of a job with gpu=1 on a machine without scheduler (profiles/gpus): takes a GPU that no
# other job has, waits if there is none, and keeps it until the job ends, however it ends.
set -euo pipefail

# As the user or a scheduler has chosen them, or else all.
gpus=${CUDA_VISIBLE_DEVICES-$(nvidia-smi --query-gpu=index --format=csv,noheader || true)}
if [ -z "${gpus//[[:space:],]/}" ]; then
  echo "error: gpu=1: found no GPU; allowed is CUDA_VISIBLE_DEVICES, or what nvidia-smi lists" >&2
  exit 1
fi

folder=/tmp/redigit-gpus-$UID
mkdir -p "$folder"
while true; do
  for gpu in ${gpus//,/ }; do
    exec {lock}> "$folder/$gpu"
    if flock --nonblock "$lock"; then
      # The job inherits the open file, and with it the lock.
      export CUDA_VISIBLE_DEVICES=$gpu
      exec bash "$@"
    fi
    exec {lock}>&-
  done
  sleep 0.5
done
