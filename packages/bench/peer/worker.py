"""The peer's side of the benchmark: `worker.py TASK OPTIONS`. One line of JSON in, one out, until the input ends."""

import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), "w")  # whatever libraries print must not get between the answers
os.dup2(2, 1)

import torch  # noqa: E402

torch.set_num_threads(os.cpu_count())
CUDA = os.environ.get("MOCHI_DEVICE", "").startswith("gpu")
if CUDA:  # as ours: products in TF32, algorithms of convolutions chosen by trying them
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
DEVICE = "cuda" if CUDA else "cpu"


def settled():
    """A turn ends when its work is done, not when it is queued."""
    if CUDA:
        torch.cuda.synchronize()


def loader(options, transform, shuffle):
    from lightly.data import LightlyDataset

    dataset = LightlyDataset(input_dir=options["images"], transform=transform)
    workers = dict(num_workers=os.cpu_count(), persistent_workers=True, pin_memory=CUDA)
    return torch.utils.data.DataLoader(dataset, batch_size=options["batch"], shuffle=shuffle, drop_last=shuffle, **workers)


def endless(options):
    from lightly.transforms import MoCoV2Transform

    batches = loader(options, MoCoV2Transform(input_size=options["size"]), shuffle=True)
    while True:
        for views, _, _ in batches:
            yield views


class Train:
    def __init__(self, options):
        from moco import Training

        self.batch = options["batch"]
        self.training = Training(options)
        self.views = endless(options)
        self.done = 0

    def turn(self, count):
        for _ in range(count):
            loss = self.training.step(*next(self.views))
            self.done += 1
            if self.done % 10 == 0:
                loss.item()  # a log line, as ours has
        settled()
        return count * self.batch


class Fixed:
    """The step alone, on one batch over and over."""

    def __init__(self, options):
        from moco import Training

        self.batch = options["batch"]
        self.training = Training(options)
        self.views = [view.to(DEVICE) for view in next(endless(options))]

    def turn(self, count):
        for _ in range(count):
            self.training.step(*self.views)
        settled()
        return count * self.batch


class Views:
    def __init__(self, options):
        self.batch = options["batch"]
        self.views = endless(options)

    def turn(self, count):
        for _ in range(count):
            next(self.views)
        return count * self.batch


class Embed:
    """Features of a whole folder by a frozen encoder."""

    def __init__(self, options):
        from moco import WideResNet
        from torchvision import transforms as T

        size = options["size"]
        normalize = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        transform = T.Compose([T.Resize(size), T.CenterCrop(size), T.ToTensor(), normalize])  # does nothing to images of that size
        self.batches = loader(options, transform, shuffle=False)
        self.model = WideResNet(options["encoder"], options["width"], options["stem"]).eval().to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def turn(self, count):
        images = 0
        for _ in range(count):
            rows = [self.model(x.to(memory_format=torch.channels_last)) for x, _, _ in self.batches]
            images += len(torch.cat(rows).numpy())
        return images


class Knn:
    def __init__(self, options):
        from lightly.utils.benchmarking.knn import knn_predict

        generator = torch.Generator().manual_seed(1)
        rows = lambda count: torch.nn.functional.normalize(torch.randn(count, options["dim"], generator=generator), dim=1)  # noqa: E731
        self.bank = rows(options["rows"]).T.contiguous()
        self.labels = torch.randint(options["classes"], (options["rows"],), generator=generator)
        self.queries = rows(options["queries"])
        self.options, self.predict = options, knn_predict

    def turn(self, count):
        o = self.options
        for _ in range(count):
            for part in self.queries.split(256):  # batches of lightly's KNNClassifier
                self.predict(part, self.bank, self.labels, o["classes"], knn_k=o["k"], knn_t=o["temperature"])
        return count * len(self.queries)


class Check:
    """The loss of given weights on a given batch and bank, to see that both sides compute the same."""

    def __init__(self, options):
        from moco import Training
        from safetensors.torch import load_file

        given = load_file(options["path"])
        training = Training(options)
        model = training.model
        names = {"fc.0.": "layers.0.", "fc.2.": "layers.2."}
        for part, backbone, head in [
            ("query", model.backbone, model.projection_head),
            ("key", model.backbone_momentum, model.projection_head_momentum),
        ]:
            weights = {name[len(part) + 1 :]: value for name, value in given.items() if name.startswith(f"{part}.")}
            heads = {new + name[len(old) :]: weights.pop(name) for old, new in names.items() for name in list(weights) if name.startswith(old)}
            missing = backbone.load_state_dict(weights, strict=False)
            if missing.unexpected_keys or any("num_batches" not in name for name in missing.missing_keys):
                raise ValueError(missing)
            head.load_state_dict(heads)
        training.criterion.memory_bank.bank.copy_(given["bank"])
        self.loss = training.step(given["views.query"].permute(0, 3, 1, 2), given["views.key"].permute(0, 3, 1, 2)).item()

    def turn(self, count):
        return self.loss


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    tasks = {"train": Train, "views": Views, "fixed": Fixed, "embed": Embed, "knn": Knn, "check": Check}
    task = tasks[sys.argv[1]]({**json.loads(sys.argv[2]), "device": DEVICE})
    say({"ready": True})
    for line in sys.stdin:
        started = time.perf_counter()
        images = task.turn(json.loads(line)["turn"])
        say({"seconds": time.perf_counter() - started, "images": images})


def say(answer):
    print(json.dumps(answer), file=answers, flush=True)


main()
