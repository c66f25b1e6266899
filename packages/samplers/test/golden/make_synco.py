"""Golden values of SynCo's six generators in float64, from the paper alone: arXiv:2410.02401, section 3.2.

    python3 make_synco.py            writes synco.safetensors beside this file

Indices and coefficients are given, not drawn as the sampler draws them. Needs numpy. Loops over single vectors on purpose: it shares no
formula with the code that it checks, closed forms least of all.
"""

import json
import math
import pathlib
import struct

import numpy as np

B, K, D, M = 3, 12, 8, 5
TEMPERATURE = 0.2
DELTA, ETA, SIGMA = 0.05, 0.03, 0.1
rng = np.random.default_rng(2410)


def unit(v):
    return v / math.sqrt(sum(x * x for x in v))


def similarity_gradient(q, n, step=1e-6):
    """Gradient of sim(q, n) = q.n at n, by central differences, one dimension at a time."""
    gradient = np.zeros(D)
    for d in range(D):
        up, down = n.copy(), n.copy()
        up[d] += step
        down[d] -= step
        gradient[d] = (float(q @ up) - float(q @ down)) / (2 * step)
    return gradient


queries = np.array([unit(rng.normal(size=D)) for _ in range(B)])
positives = np.array([unit(q + 0.5 * rng.normal(size=D)) for q in queries])
bank = np.array([unit(rng.normal(size=D)) for _ in range(K)])
# float32 is what the sampler gets.
queries, positives, bank = (x.astype(np.float32).astype(np.float64) for x in (queries, positives, bank))

rows = {t: rng.integers(0, K, size=(B, M, 2 if t == 3 else 1)) for t in range(1, 7)}
alpha = rng.uniform(0, 0.5, size=(B, M))
beta = rng.uniform(1, 1.5, size=(B, M))
gamma = rng.uniform(0, 1, size=(B, M))
noise = SIGMA * rng.normal(size=(B, M, D))

made = {t: np.zeros((B, M, D)) for t in range(1, 7)}
for b in range(B):
    q = queries[b]
    for m in range(M):
        n = {t: bank[rows[t][b, m, 0]] for t in rows}
        other = bank[rows[3][b, m, 1]]
        made[1][b, m] = unit(alpha[b, m] * q + (1 - alpha[b, m]) * n[1])
        made[2][b, m] = unit(n[2] + beta[b, m] * (n[2] - q))
        made[3][b, m] = unit(gamma[b, m] * n[3] + (1 - gamma[b, m]) * other)
        made[4][b, m] = unit(n[4] + noise[b, m])
        made[5][b, m] = unit(n[5] + DELTA * similarity_gradient(q, n[5]))
        made[6][b, m] = unit(n[6] + ETA * np.sign(similarity_gradient(q, n[6])))


def loss_and_gradient():
    """InfoNCE over bank and synthetic negatives, nats; its gradient at each query, every negative a constant."""
    losses, gradients = [], np.zeros((B, D))
    for b in range(B):
        negatives = [*bank, *(v for t in range(1, 7) for v in made[t][b])]
        columns = [positives[b], *negatives]
        weights = [math.exp(float(queries[b] @ v) / TEMPERATURE) for v in columns]
        shares = [w / sum(weights) for w in weights]
        losses.append(-math.log(shares[0]))
        gradients[b] = (sum(p * v for p, v in zip(shares, columns)) - positives[b]) / (TEMPERATURE * B)
    return np.array(sum(losses) / B), gradients


loss, gradient = loss_and_gradient()
tensors = {
    "queries": queries, "positives": positives, "bank": bank, "alpha": alpha, "beta": beta, "gamma": gamma, "noise": noise,
    "delta": np.array(DELTA), "eta": np.array(ETA), "temperature": np.array(TEMPERATURE), "loss": loss, "gradient": gradient,
    **{f"rows{t}": r.astype(np.int32) for t, r in rows.items()},
    **{f"made{t}": v for t, v in made.items()},
}  # fmt: skip


def write(path):
    header, offset, body = {}, 0, b""
    for name, value in tensors.items():
        data = np.ascontiguousarray(value).tobytes()
        dtype = "I32" if value.dtype == np.int32 else "F64"
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


write(pathlib.Path(__file__).with_name("synco.safetensors"))
