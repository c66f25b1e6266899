# Writes small checkpoints as PyTorch saves them, for import.test.ts: python make_checkpoints.py (torch 2.15). Element e of tensor n is
# ((7 n + e) mod 13 - 6) / 8, which 16 bits hold exactly.
import argparse
import pathlib
from collections import OrderedDict

import torch

here = pathlib.Path(__file__).parent
shapes = {"conv1.weight": (2, 3, 3, 3)}
for norm in ["bn1"]:
    shapes |= {f"{norm}.{part}": (2,) for part in ["weight", "bias", "running_mean", "running_var"]}
for at in [1, 2]:
    shapes[f"layer1.0.conv{at}.weight"] = (2, 2, 3, 3)
    shapes |= {f"layer1.0.bn{at}.{part}": (2,) for part in ["weight", "bias", "running_mean", "running_var"]}
shapes |= {"fc.weight": (3, 2), "fc.bias": (3,)}


def value(n, shape):
    count = torch.Size(shape).numel()
    return ((torch.arange(count) + 7 * n) % 13 - 6).float().div(8).reshape(shape)


def state_dict(offset=0):
    made = OrderedDict((name, value(n + offset, shape)) for n, (name, shape) in enumerate(shapes.items()))
    made["bn1.num_batches_tracked"] = torch.tensor(5)
    made._metadata = OrderedDict([("", {"version": 1})])
    return made


moco = OrderedDict((f"module.encoder_q.{name}", torch.nn.Parameter(t) if t.is_floating_point() else t) for name, t in state_dict().items())
moco |= OrderedDict((f"module.encoder_k.{name}", t) for name, t in state_dict(50).items())
moco |= {"module.queue": torch.zeros(3, 4), "module.queue_ptr": torch.zeros(1, dtype=torch.long)}
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.03, momentum=0.9)
model(torch.ones(1)).sum().backward()
optimizer.step()
checkpoint = {"epoch": 3, "arch": "resnet10", "best": 12.5, "args": argparse.Namespace(lr=0.03), "state_dict": moco, "optimizer": optimizer.state_dict()}
torch.save(checkpoint, here / "moco.pth")
torch.save(checkpoint, here / "moco-legacy.pth.tar", _use_new_zipfile_serialization=False)
half = OrderedDict((name, t.half() if t.is_floating_point() else t) for name, t in state_dict().items())
half["fc.weight"] = half["fc.weight"].t().contiguous().t()  # a view with strides of its own
half["conv1.weight"] = half["conv1.weight"].bfloat16()
torch.save(half, here / "half.pth")

# Views of one storage, each with its axes the other way round in it; as PyTorch saves doubles in protocol 5, and bfloat16 in the older form.
turned = [(name, value(n, shape).permute(*range(len(shape) - 1, -1, -1))) for n, (name, shape) in enumerate(shapes.items())]
flat = torch.cat([tensor.reshape(-1) for _, tensor in turned])


def views(storage):
    made, at = OrderedDict(), 0
    for name, tensor in turned:
        part = storage[at : at + tensor.numel()].view(tensor.shape)
        made[name], at = part.permute(*range(part.dim() - 1, -1, -1)), at + tensor.numel()
    return made


torch.save({"model": views(flat.double())}, here / "views.pth", pickle_protocol=5)
torch.save(views(flat.bfloat16()), here / "views-legacy.pth", pickle_protocol=4, _use_new_zipfile_serialization=False)
