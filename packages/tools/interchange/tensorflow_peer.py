# TensorFlow's side of prove-interchange.mjs: python tensorflow_peer.py FOLDER. One JSON object a line.
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

folder = pathlib.Path(sys.argv[1])
for spec in json.loads((folder / "ours.json").read_text()):
    base = folder / spec["file"]
    images = np.load(f"{base}.images.npy").reshape(spec["shape"])
    serve = tf.saved_model.load(f"{base}.saved").signatures["serving_default"]
    for batch in [1, len(images)]:
        made = serve(images=tf.constant(images[:batch]))
        apart = 0.0
        for layer in ["backbone", "head"]:
            want = np.load(f"{base}.{layer}.npy")[:batch]
            apart = max(apart, float(np.abs(made[layer].numpy() - want).max() / np.abs(want).max()))
        print(json.dumps({"network": spec["label"], "way": f"SavedModel, TensorFlow {tf.__version__}, batch {batch}", "apart": apart}), flush=True)
