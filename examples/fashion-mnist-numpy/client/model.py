"""The perceptron 784-64-10 with ReLU and softmax, as four arrays: weights and biases of both layers."""
import numpy as np

INPUTS, HIDDEN, CLASSES = 784, 64, 10


def fresh(seed=1):
    """He initialisation for the ReLU layer, Glorot for the output."""
    rng = np.random.default_rng(seed)
    return [
        (rng.standard_normal((INPUTS, HIDDEN)) * np.sqrt(2 / INPUTS)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (rng.standard_normal((HIDDEN, CLASSES)) * np.sqrt(1 / HIDDEN)).astype(np.float32),
        np.zeros(CLASSES, np.float32),
    ]


def load(path):
    with np.load(path, allow_pickle=False) as archive:
        return [archive[str(index)] for index in range(len(archive.files))]


def save(arrays, path):
    """Positional members "0", "1", ... as FEDn's numpyhelper stores them."""
    np.savez(path, **{str(index): array for index, array in enumerate(arrays)})


def _forward(arrays, images):
    hidden = np.maximum(images @ arrays[0] + arrays[1], 0)
    logits = hidden @ arrays[2] + arrays[3]
    logits -= logits.max(axis=1, keepdims=True)
    likelihoods = np.exp(logits)
    likelihoods /= likelihoods.sum(axis=1, keepdims=True)
    return hidden, likelihoods


def train_epoch(arrays, images, labels, rng, batch=32, rate=0.1):
    """One epoch of SGD in place; the mean loss on the way."""
    order = rng.permutation(len(images))
    total = 0.0
    for begin in range(0, len(order), batch):
        chosen = order[begin:begin + batch]
        x, y = images[chosen], labels[chosen]
        hidden, gradient = _forward(arrays, x)
        rows = np.arange(len(y))
        total -= float(np.log(gradient[rows, y] + 1e-12).sum())
        gradient[rows, y] -= 1
        gradient /= len(y)
        back = (gradient @ arrays[2].T) * (hidden > 0)
        arrays[2] -= rate * (hidden.T @ gradient)
        arrays[3] -= rate * gradient.sum(axis=0)
        arrays[0] -= rate * (x.T @ back)
        arrays[1] -= rate * back.sum(axis=0)
    return total / len(order)


def score(arrays, images, labels):
    """Accuracy, mean loss and their number of examples."""
    _, likelihoods = _forward(arrays, images)
    of_label = likelihoods[np.arange(len(labels)), labels]
    return {
        "accuracy": float((likelihoods.argmax(axis=1) == labels).mean()),
        "loss": float(-np.log(of_label + 1e-12).mean()),
        "num_examples": len(labels),
    }
