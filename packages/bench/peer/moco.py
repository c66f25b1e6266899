"""MoCo-v2 and MoCHi as users of lightly and PyTorch write them: lightly's MoCo recipe, with channels_last and an optional torch.compile."""

import copy

import torch
from lightly.loss import NTXentLoss
from lightly.models.modules import MoCoProjectionHead
from lightly.models.utils import deactivate_requires_grad, update_momentum
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

DEPTHS = {"resnet18": (BasicBlock, [2, 2, 2, 2]), "resnet50": (Bottleneck, [3, 4, 6, 3])}


class WideResNet(ResNet):
    """torchvision's ResNet with another number of channels, which it does not offer, and a stem for small images."""

    def __init__(self, name, width, stem):
        block, depths = DEPTHS[name]
        super().__init__(block, depths, num_classes=1)
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False) if stem == "imagenet" else nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        if stem != "imagenet":
            self.maxpool = nn.Identity()
        for stage, depth in enumerate(depths):
            layer = self._make_layer(block, width * 2**stage, depth, stride=1 if stage == 0 else 2)
            setattr(self, f"layer{stage + 1}", layer)
        self.dim = width * 8 * block.expansion
        self.fc = nn.Identity()


class MoCo(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.backbone = WideResNet(options["encoder"], options["width"], options["stem"])
        self.projection_head = MoCoProjectionHead(self.backbone.dim, options["hidden"], 128)
        self.backbone_momentum = copy.deepcopy(self.backbone)
        self.projection_head_momentum = copy.deepcopy(self.projection_head)
        deactivate_requires_grad(self.backbone_momentum)
        deactivate_requires_grad(self.projection_head_momentum)

    def forward(self, x):
        return self.projection_head(self.backbone(x).flatten(start_dim=1))

    @torch.no_grad()
    def forward_momentum(self, x):
        return self.projection_head_momentum(self.backbone_momentum(x).flatten(start_dim=1)).detach()

    def update_momentum(self, m):
        update_momentum(self.backbone, self.backbone_momentum, m)
        update_momentum(self.projection_head, self.projection_head_momentum, m)


class MochiLoss(NTXentLoss):
    """MoCHi on lightly's loss and memory bank: hard negatives are gathered, mixed and normalised, then joined to the logits."""

    def __init__(self, temperature, memory_bank_size, n, s, s_prime):
        super().__init__(temperature=temperature, memory_bank_size=memory_bank_size)
        self.n, self.s, self.s_prime = n, s, s_prime

    def forward(self, out0, out1):
        q = nn.functional.normalize(out0, dim=1)
        k = nn.functional.normalize(out1, dim=1)
        k, negatives = self.memory_bank(k, update=out0.requires_grad)  # [D, K]
        positive = torch.einsum("nc,nc->n", q, k).unsqueeze(-1)
        negative = q @ negatives
        logits = [positive, negative]
        logits += [torch.einsum("nc,nsc->ns", q, mixed) for mixed in self.mix(q.detach(), negative.detach(), negatives.T)]
        logits = torch.cat(logits, dim=1) / self.temperature
        return self.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long, device=logits.device))

    @torch.no_grad()
    def mix(self, q, similarity, bank):
        batch, device = len(q), q.device
        hardest = similarity.topk(self.n, dim=1, sorted=False).indices  # [B, N]
        i = torch.randint(self.n, (batch, self.s), device=device)
        j = (i + torch.randint(1, self.n, (batch, self.s), device=device)) % self.n
        a = torch.rand(batch, self.s, 1, device=device)
        first = a * bank[hardest.gather(1, i)] + (1 - a) * bank[hardest.gather(1, j)]
        b = torch.rand(batch, self.s_prime, 1, device=device) * 0.5
        single = torch.randint(self.n, (batch, self.s_prime), device=device)
        second = b * q.unsqueeze(1) + (1 - b) * bank[hardest.gather(1, single)]
        return nn.functional.normalize(first, dim=2), nn.functional.normalize(second, dim=2)


def loss_of(options):
    size = (options["bank"], 128)
    mochi = options.get("mochi")
    if not mochi:
        return NTXentLoss(temperature=0.2, memory_bank_size=size)
    return MochiLoss(0.2, size, mochi["n"], mochi["s"], mochi["sPrime"])


class Training:
    """Everything of a run; `step` is one optimizer step on two batches of views."""

    def __init__(self, options):
        torch.manual_seed(1)
        self.device = torch.device(options.get("device", "cpu"))
        self.model = MoCo(options).to(self.device)
        self.layout = torch.channels_last if options.get("channelsLast", True) else torch.contiguous_format
        self.model = self.model.to(memory_format=self.layout)
        self.model.train()
        self.criterion = loss_of(options).to(self.device)
        trained = [*self.model.backbone.parameters(), *self.model.projection_head.parameters()]
        self.optimizer = torch.optim.SGD(trained, lr=0.03, momentum=0.9, weight_decay=1e-4)
        self.forward, self.forward_momentum = self.model.forward, self.model.forward_momentum
        self.half = options.get("precision") == "float16"
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.half)
        if options.get("compile"):
            self.forward = torch.compile(self.forward)
            self.forward_momentum = torch.compile(self.forward_momentum)

    def step(self, x_query, x_key):
        self.model.update_momentum(0.999)
        with torch.autocast(self.device.type, torch.float16, enabled=self.half):
            query = self.forward(self.placed(x_query))
            key = self.forward_momentum(self.placed(x_key))
        loss = self.criterion(query.float(), key.float())
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
        return loss

    def placed(self, x):
        return x.to(self.device, non_blocking=True).to(memory_format=self.layout)
