# PyTorch's side of prove-interchange.mjs: python torch_peer.py check FOLDER, or make FOLDER. One JSON object a line.
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import timm
import torch
import torchvision
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision import models


def say(**row):
    print(json.dumps(row), flush=True)


def network(base):
    """The network that the Python of a model card builds and loads, and its last line, which leaves the head out."""
    lines = pathlib.Path(f"{base}.md").read_text().split("```python\n")[1].split("```")[0].replace("encoder.safetensors", f"{base}.safetensors").splitlines()
    scope = {}
    exec("\n".join(lines[:-1]), scope)
    return scope["model"], lambda: exec(lines[-1], scope)


def apart(got, want):
    """Largest difference, as a part of the largest value."""
    return float(np.abs(got - want).max() / np.abs(want).max())


def detectron2_name(name):
    """The rules of MoCo's convert-pretrain-to-detectron2.py."""
    if "layer" not in name:
        name = "stem." + name
    for t in [1, 2, 3, 4]:
        name = name.replace(f"layer{t}", f"res{t + 1}")
    for t in [1, 2, 3]:
        name = name.replace(f"bn{t}", f"conv{t}.norm")
    return name.replace("downsample.0", "shortcut").replace("downsample.1", "shortcut.norm")


def check(folder):
    for spec in json.loads((folder / "ours.json").read_text()):
        base = folder / spec["file"]
        images = np.load(f"{base}.images.npy").reshape(spec["shape"]).transpose(0, 3, 1, 2).copy()
        want = {layer: np.load(f"{base}.{layer}.npy") for layer in ["backbone", "head"]}
        model, drop_head = network(base)
        with torch.no_grad():
            head = model(torch.from_numpy(images)).numpy()
            drop_head()
            backbone = model(torch.from_numpy(images)).numpy()
        say(network=spec["label"], way=f"safetensors, strict=True, torchvision {torchvision.__version__}", apart=max(apart(head, want["head"]), apart(backbone, want["backbone"])))
        if spec["timm"] is not None:
            model = timm.create_model(spec["timm"]["name"], num_classes=spec["timm"]["classes"]).eval()
            model.load_state_dict(load_file(f"{base}.safetensors"), strict=True)
            with torch.no_grad():
                made = {"backbone": model.forward_head(model.forward_features(torch.from_numpy(images)), pre_logits=True), "head": model(torch.from_numpy(images))}
            say(network=spec["label"], way=f"safetensors, strict=True, timm {timm.__version__}", apart=max(apart(made[layer].numpy(), want[layer]) for layer in want))
        ours, theirs = load_file(f"{base}.d2.safetensors"), load_file(f"{base}.safetensors")
        renamed = {detectron2_name(k): v for k, v in theirs.items() if not k.startswith("fc.") and not k.endswith("num_batches_tracked")}
        same = ours.keys() == renamed.keys() and all(torch.equal(ours[k], v) for k, v in renamed.items())
        say(network=spec["label"], way="detectron2's names, as MoCo's converter has them", apart=0.0 if same else 1.0)
        onnx.checker.check_model(onnx.load(f"{base}.onnx"), full_check=True)
        session = onnxruntime.InferenceSession(f"{base}.onnx", providers=["CPUExecutionProvider"])
        for batch in [1, 3, len(images)]:
            backbone, head = session.run(["backbone", "head"], {"images": images[:batch]})
            say(network=spec["label"], way=f"ONNX, onnxruntime {onnxruntime.__version__}, batch {batch}", apart=max(apart(head, want["head"][:batch]), apart(backbone, want["backbone"][:batch])))


def lively(model):
    """Batch norms with statistics of their own: fresh ones are all 0 and 1."""
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(8, 3, 64, 64) * 2 + 0.5)
    return model.eval()


def make(folder):
    torch.manual_seed(7)
    made = []

    def add(file, model, section, write):
        images = torch.randn(4, 3, 64, 64)
        with torch.no_grad():
            head = model(images).numpy()
        np.save(folder / f"{file}.images.npy", images.permute(0, 2, 3, 1).contiguous().numpy())
        np.save(folder / f"{file}.head.npy", head)
        write(str(folder / file), model)
        made.append({"file": file, "encoder": section})

    linear = {"kind": "linear", "dim": 1000}
    state = lambda model: model.state_dict()
    add("torchvision-resnet18.pth", lively(models.resnet18()), {"name": "resnet18", "head": linear}, lambda f, m: torch.save(state(m), f))
    add("torchvision-resnet50-legacy.pth", lively(models.resnet50()), {"name": "resnet50", "head": linear},
        lambda f, m: torch.save(state(m), f, _use_new_zipfile_serialization=False))
    add("timm-resnet34.safetensors", lively(timm.create_model("resnet34", pretrained=False)), {"name": "resnet34", "head": linear}, lambda f, m: save_file(state(m), f))
    add("timm-resnet50.pth", lively(timm.create_model("resnet50", pretrained=False)), {"name": "resnet50", "head": linear}, lambda f, m: torch.save(state(m), f))
    moco = models.resnet50()
    moco.fc = nn.Sequential(nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 128))
    lively(moco)

    def save_moco(file, model):
        weights = {f"module.encoder_q.{k}": v for k, v in state(model).items()}
        weights |= {f"module.encoder_k.{k}": v * 0 for k, v in state(model).items()}
        weights |= {"module.queue": torch.zeros(128, 64), "module.queue_ptr": torch.zeros(1, dtype=torch.long)}
        optimizer = torch.optim.SGD(model.parameters(), 0.03).state_dict()
        torch.save({"epoch": 800, "arch": "resnet50", "state_dict": weights, "optimizer": optimizer}, file)

    add("moco-v2-resnet50.pth.tar", moco, {"name": "resnet50", "head": {"kind": "mlp", "dim": 128}}, save_moco)
    (folder / "theirs.json").write_text(json.dumps(made))


if __name__ == "__main__":
    {"check": check, "make": make}[sys.argv[1]](pathlib.Path(sys.argv[2]))
