"""Reference values for packages/evaluators, from NumPy and scikit-learn on stored features.

    python -m venv venv && venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1 safetensors==0.8.0
    venv/bin/python make_golden.py

Writes statistics.safetensors beside itself. Everything that is computed is float64 on the float32 features that are stored.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import adjusted_rand_score, log_loss, normalized_mutual_info_score
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import normalize

CLASSES, DIM, TRAIN, TEST = 6, 12, 300, 150
random = np.random.default_rng(7)
centres = random.normal(size=(CLASSES, DIM))


def draw(rows):
    labels = random.integers(0, CLASSES, size=rows)
    features = (centres[labels] * 0.8 + random.normal(size=(rows, DIM)) + 0.5).astype(np.float32)
    return features, labels.astype(np.int32)


train, train_labels = draw(TRAIN)
test, test_labels = draw(TEST)
out = {"train": train, "trainLabels": train_labels, "test": test, "testLabels": test_labels}
x, z = train.astype(np.float64), test.astype(np.float64)


def scalar(name, value):
    out[name] = np.array([value], dtype=np.float64).astype(np.float64)


# Weighted kNN by scikit-learn: cosine, weights exp(similarity / T).
for k, temperature in [(1, 0.07), (20, 0.07), (100, 0.5)]:
    knn = KNeighborsClassifier(k, metric="cosine", algorithm="brute", weights=lambda d, t=temperature: np.exp((1 - d) / t))
    scalar(f"knn_{k}_{temperature}", 100 * (knn.fit(x, train_labels).predict(z) == test_labels).mean())
similar = cosine_similarity(x)
np.fill_diagonal(similar, -np.inf)
scalar("knn_leave_one_out", 100 * (train_labels[similar.argmax(1)] == train_labels).mean())

# Probes, on features as they are.
for penalty in [1e-3, 1e-1]:
    logistic = LogisticRegression(C=1 / (penalty * TRAIN), tol=1e-10, max_iter=10_000).fit(x, train_labels)
    scalar(f"logistic_{penalty}_top1", 100 * logistic.score(z, test_labels))
    scalar(f"logistic_{penalty}_nats", log_loss(test_labels, logistic.predict_proba(z), labels=range(CLASSES)))
    ridge = RidgeClassifier(alpha=penalty * TRAIN).fit(x, train_labels)
    scalar(f"ridge_{penalty}_top1", 100 * ridge.score(z, test_labels))
    out[f"ridge_{penalty}_scores"] = ridge.decision_function(z)

# K-means from given centres, on unit rows.
unit = normalize(x)
start = unit[:CLASSES]
means = KMeans(CLASSES, init=start, n_init=1, tol=0, algorithm="lloyd").fit(unit)
out["kmeansLabels"] = means.labels_.astype(np.int32)
scalar("kmeans_inertia", means.inertia_)
scalar("nmi", normalized_mutual_info_score(train_labels, means.labels_))
scalar("ari", adjusted_rand_score(train_labels, means.labels_))
majority = [np.bincount(train_labels[means.labels_ == c]).max() for c in range(CLASSES)]
scalar("purity", 100 * sum(majority) / TRAIN)


def entropy_rank(matrix, eps):
    values = np.linalg.svd(matrix, compute_uv=False)
    p = values / values.sum() + eps
    return np.exp(-(p * np.log(p)).sum())


scalar("rankme", entropy_rank(x, 1e-7))
scalar("effective_rank", entropy_rank(x - x.mean(0), 0))

# LiDAR: 75 objects of 4 views each.
views = x.reshape(75, 4, DIM)
object_means = views.mean(1)
between = np.cov(object_means.T, bias=True)
within = np.einsum("oqd,oqe->de", views - object_means[:, None], views - object_means[:, None]) / TRAIN + 1e-4 * np.eye(DIM)
w, v = np.linalg.eigh(within)
root = v @ np.diag(w**-0.5) @ v.T
eigenvalues = np.clip(np.linalg.eigvalsh(root @ between @ root), 0, None)
p = eigenvalues / eigenvalues.sum() + 1e-7
scalar("lidar", np.exp(-(p * np.log(p)).sum()))

# Class concentration, at unit length.
apart = euclidean_distances(unit)
ratios = []
for c in range(CLASSES):
    own = train_labels == c
    ratios.append(apart[own][:, ~own].mean() / (apart[own][:, own].sum() / (own.sum() * (own.sum() - 1))))
out["concentration"] = np.array(ratios)

# mAP@R of the training rows among themselves.
order = np.argsort(-similar, axis=1)[:, :-1]
hits = train_labels[order] == train_labels[:, None]
r = hits.sum(1)
precision = np.cumsum(hits, 1) / np.arange(1, TRAIN)
scalar("map_at_r", 100 * np.mean([(precision[i, : r[i]] * hits[i, : r[i]]).sum() / r[i] for i in range(TRAIN)]))

save_file(out, Path(__file__).with_name("statistics.safetensors"))
