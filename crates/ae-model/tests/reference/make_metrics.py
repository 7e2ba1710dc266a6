"""Makes metrics.json: rankings judged by scikit-learn (1.9), with and without equal scores.

    python make_metrics.py > metrics.json
"""

import json

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

random = np.random.default_rng(7)
cases = []
for rows, values, share in [(2, 9, 0.5), (5, 2, 0.4), (40, 6, 0.3), (200, 10_000, 0.05), (200, 15, 0.9), (31, 1, 0.3)]:
    labels = np.zeros(rows, int)
    labels[: max(1, round(share * rows))] = 1
    random.shuffle(labels)
    scores = random.integers(0, values, rows) + labels * random.integers(0, 1 + values // 3, rows)
    cases.append(
        {
            "scores": scores.tolist(),
            "labels": labels.tolist(),
            "auroc": roc_auc_score(labels, scores),
            "average_precision": average_precision_score(labels, scores),
        }
    )
print(json.dumps(cases))
