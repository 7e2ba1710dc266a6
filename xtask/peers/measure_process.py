"""Runs a command; prints the seconds it took and the most memory it held, as JSON."""

import json
import resource
import subprocess
import sys
import time

started = time.perf_counter()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - started
if status:
    sys.exit(f"{sys.argv[1]} failed (status {status})")
# macOS counts bytes, others kilobytes.
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
print(json.dumps({"seconds": seconds, "peak_mb": peak / 2**20}))
