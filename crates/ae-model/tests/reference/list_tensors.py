"""Opens a model file with the safetensors package, to show that any tensor tool can:
python3 -m pip install safetensors numpy; python3 list_tensors.py model.safetensors
"""

import json
import sys

from safetensors import safe_open

with safe_open(sys.argv[1], framework="numpy") as file:
    metadata = json.loads(file.metadata()["ae"])
    print(metadata["kind"], "format", metadata["format"], "of", metadata["provenance"]["data"])
    for name in file.keys():
        tensor = file.get_tensor(name)
        print(f"{name}: {tensor.dtype} {list(tensor.shape)}, mean {tensor.mean():.4f}")
