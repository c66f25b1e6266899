"""Golden losses and gradients of hcl, debiased, dcl, ring and percentile in float64, written from the papers' equations.

    python3 make_golden.py           writes samplers.json beside this file

Needs numpy. One query at a time, sums of exponentials as they stand in the papers (nothing in the log domain), and the gradient at each
query by complex steps: f(q + ih)' = Im f / h, exact to rounding. So no formula is shared with the code that it checks.

  hcl         Robinson et al. 2021, arXiv:2010.04592, section 3: q_beta reweights negatives by e^(beta f.f-), the partition function is the mean
  debiased    Chuang et al. 2020, arXiv:2007.00224, equations 7 and 8, one positive
  dcl         Yeh et al. 2021, arXiv:2110.06848: no positive under the fraction; with sigma its weighted form
  ring        Wu et al. 2020, arXiv:2010.02037: negatives of similarity rank [lower n, upper n)
  percentile  Cai et al. 2020, arXiv:2010.06682: the hardest and easiest share left out
"""

import json
import pathlib

import numpy as np

B, D, K = 5, 8, 40
STEP = 1e-30
rng = np.random.default_rng(2010)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


# float32 is what a sampler gets.
as_float32 = lambda x: x.astype(np.float32).astype(np.float64)
queries = as_float32(unit(rng.normal(size=(B, D))))
positives = as_float32(unit(queries + 0.7 * rng.normal(size=(B, D)) / np.sqrt(D)))
bank = as_float32(unit(rng.normal(size=(K, D))))
free = rng.random((B, K)) < 0.7  # rows that each query may draw, where a case is masked


def nearest(x):
    return int(np.floor(x + 0.5))


def band(q, rows, first, past):
    """The rows of similarity rank [first n, past n), ties by index; never empty."""
    n = len(rows)
    order = sorted(rows, key=lambda j: (-float(np.real(bank[j] @ q)), j))
    start = min(nearest(first * n), n - 1)
    return order[start : max(nearest(past * n), start + 1)]


def weight_of_positive(b, sigma):
    cosines = np.sum(queries * positives, 1)
    return 2 - np.exp(cosines[b] / sigma) / np.mean(np.exp(cosines / sigma))


def loss_of(b, q, rows, chain, t):
    """The loss of query b, at q (complex), against the rows that it may draw."""
    denominator, weight = ('with', None), None
    real = np.real(q)
    sources = []
    for one in chain:
        kind = one['name']
        if kind == 'percentile':
            rows = band(real, rows, one.get('hardest', 0.001), 1 - one.get('easiest', 0))
        elif kind == 'ring':
            rows = band(real, rows, one['lower'], one['upper'])
        elif kind == 'hcl':
            sources.append(one)
            denominator = ('corrected', one['tauPlus'], one.get('floor', -1))
        elif kind == 'debiased':
            denominator = ('corrected', one['tauPlus'], one.get('floor', -1))
        elif kind == 'dcl':
            denominator = ('without',)
            weight = weight_of_positive(b, one['sigma']) if 'sigma' in one else None
    n = len(rows)
    negative = np.exp(bank[rows] @ q / t)
    positive = np.exp(positives[b] @ q / t)
    if sources:
        seen = q if sources[0].get('differentiable', True) else real
        importance = np.exp(sources[0]['beta'] * (bank[rows] @ seen) / t)
        negative = importance / np.mean(importance) * negative
    if denominator[0] == 'with':
        return -np.log(positive / (positive + np.sum(negative)))
    if denominator[0] == 'without':
        pulled = positives[b] @ q / t
        return -(pulled if weight is None else weight * pulled) + np.log(np.sum(negative))
    _, tau, floor = denominator
    estimate = (np.mean(negative) - tau * positive) / (1 - tau)
    least = np.exp(floor / t)
    if np.real(estimate) < least:
        estimate = least
    return -np.log(positive / (positive + n * estimate))


def case(name, chain, t, masked=False):
    loss, gradient = 0.0, np.zeros((B, D))
    for b in range(B):
        rows = [j for j in range(K) if free[b, j] or not masked]
        loss += np.real(loss_of(b, queries[b].astype(complex), rows, chain, t)) / B
        for d in range(D):
            q = queries[b].astype(complex)
            q[d] += 1j * STEP
            gradient[b, d] = np.imag(loss_of(b, q, rows, chain, t)) / STEP / B
    return dict(name=name, chain=chain, temperature=t, masked=masked, loss=loss, gradient=gradient.tolist())


def hcl(**options):
    return {'name': 'hcl', **options}


UNIFORM = {'name': 'uniform'}
cases = [
    case('hcl', [hcl(beta=1, tauPlus=0.02)], 0.5),
    case('hcl, sharp', [hcl(beta=2.5, tauPlus=0.01)], 0.2),
    case('hcl, masked', [hcl(beta=1, tauPlus=0.02)], 0.5, True),
    case('hcl, weights constant', [hcl(beta=1, tauPlus=0.02, differentiable=False)], 0.5),
    case('hcl, no correction', [hcl(beta=1.5, tauPlus=0)], 0.3),
    case('hcl, the floor holds', [hcl(beta=0.5, tauPlus=0.6, floor=-0.2)], 0.5, True),
    case('hcl, beta 0, is debiased', [hcl(beta=0, tauPlus=0.05)], 0.5),
    case('hcl without the positive', [hcl(beta=1, tauPlus=0), {'name': 'dcl'}], 0.5),
    case('debiased', [UNIFORM, {'name': 'debiased', 'tauPlus': 0.02}], 0.5),
    case('debiased, masked', [{'name': 'debiased', 'tauPlus': 0.03}], 0.3, True),
    case('debiased, the floor holds', [UNIFORM, {'name': 'debiased', 'tauPlus': 0.5}], 0.2),
    case('debiased, a floor of its own', [UNIFORM, {'name': 'debiased', 'tauPlus': 0.1, 'floor': 0.3}], 0.5),
    case('dcl', [UNIFORM, {'name': 'dcl'}], 0.2),
    case('dcl, masked', [{'name': 'dcl'}], 0.1, True),
    case('dcl, weighted', [UNIFORM, {'name': 'dcl', 'sigma': 0.5}], 0.2),
    case('dcl, sharply weighted, masked', [{'name': 'dcl', 'sigma': 0.1}], 0.2, True),
    case('ring', [{'name': 'ring', 'lower': 0.05, 'upper': 0.4}], 0.2),
    case('ring, masked', [{'name': 'ring', 'lower': 0.1, 'upper': 0.52}], 0.2, True),
    case('ring, without the positive', [{'name': 'ring', 'lower': 0.05, 'upper': 0.3}, {'name': 'dcl'}], 0.07),
    case('ring, one row', [{'name': 'ring', 'lower': 0.3, 'upper': 0.301}], 0.2),
    case('percentile', [{'name': 'percentile', 'hardest': 0.1}], 0.2),
    case('percentile, both ends, masked', [{'name': 'percentile', 'hardest': 0.07, 'easiest': 0.4}, UNIFORM], 0.2, True),
    case('percentile, then hcl', [{'name': 'percentile', 'hardest': 0.1}, hcl(beta=1, tauPlus=0.02)], 0.5, True),
    case('percentile, then ring', [{'name': 'percentile', 'hardest': 0.1}, {'name': 'ring', 'lower': 0.1, 'upper': 0.5}], 0.2),
]

out = pathlib.Path(__file__).with_name('samplers.json')
problem = dict(queries=queries.tolist(), positives=positives.tolist(), bank=bank.tolist(), free=free.astype(int).tolist())
out.write_text(json.dumps(dict(problem=problem, cases=cases)))
print(f'{len(cases)} cases in {out.name}')
