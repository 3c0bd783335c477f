"""Each client's part of Fashion-MNIST: the same part in every process and on every machine.

Unpacking the data takes half a second, a round must not: the first client to come prepares the parts of all clients as
one .npz each, under a lock; from then on every one reads its own.
"""
import fcntl
import gzip
import os
import tempfile
import zlib
from pathlib import Path

import numpy as np

FOLDER = Path(os.environ.get("FEDLOOM_FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
CACHE = Path(os.environ.get("FEDLOOM_EXAMPLE_CACHE") or Path.home() / ".cache" / "fedloom")
CLIENTS = int(os.environ.get("FEDLOOM_EXAMPLE_CLIENTS", "1"))
CLIENT = int(os.environ.get("FEDLOOM_EXAMPLE_CLIENT", "0"))
SKEW = 0.5  # of the Dirichlet distribution; smaller is more unequal
MEAN = np.float32(0.286)  # of all training pixels; centred inputs let SGD learn faster
FILES = {"train": "train", "test": "t10k"}


def _read_idx(name):
    """An array from the MNIST family's file format: 0, 0, type, rank, sizes (big-endian), elements."""
    with gzip.open(FOLDER / name) as file:
        content = file.read()
    rank = content[3]
    shape = np.frombuffer(content, ">u4", rank, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _raw(part):
    images = _read_idx(f"{FILES[part]}-images-idx3-ubyte.gz")
    labels = _read_idx(f"{FILES[part]}-labels-idx1-ubyte.gz")
    return images.reshape(len(images), -1), labels


def partition(labels, clients):
    """The indices of each client's examples: every class is dealt out in shares drawn from Dirichlet(SKEW)."""
    rng = np.random.default_rng(20200523)
    parts = [[] for _ in range(clients)]
    for label in range(10):
        members = rng.permutation(np.flatnonzero(labels == label))
        shares = rng.dirichlet(np.full(clients, SKEW))
        cuts = (np.cumsum(shares)[:-1] * len(members)).astype(int)
        for part, piece in zip(parts, np.split(members, cuts)):
            part.extend(piece.tolist())
    _top_up(parts, len(labels) // clients // 10)
    return [np.sort(np.array(part, dtype=np.int64)) for part in parts]


def _top_up(parts, tenth_of_mean):
    """Nobody has less than a tenth of the mean, and at least one example: the richest give."""
    least = max(tenth_of_mean, 1)
    for part in parts:
        while len(part) < least:
            richest = max(parts, key=len)
            part.append(richest.pop())


def _prepare(folder):
    folder.mkdir(parents=True, exist_ok=True)
    train, train_labels = _raw("train")
    test, test_labels = _raw("test")
    for index, chosen in enumerate(partition(train_labels, CLIENTS)):
        # Every n-th test image: disjoint shares that cover all of them.
        own = slice(index, None, CLIENTS)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as file:
            np.savez(file, train_images=train[chosen], train_labels=train_labels[chosen],
                     test_images=test[own], test_labels=test_labels[own])
        os.replace(file.name, folder / f"{index}.npz")


def _own_file():
    if not 0 <= CLIENT < CLIENTS:
        raise SystemExit(f"FEDLOOM_EXAMPLE_CLIENT is {CLIENT}, but must be from 0 to {CLIENTS - 1}")
    source = FOLDER / "train-images-idx3-ubyte.gz"
    if not source.is_file():
        raise SystemExit(f"there is no {source}: install dataset-fashion-mnist or set FEDLOOM_FASHION_MNIST")
    origin = zlib.crc32(f"{source.resolve()} {source.stat().st_size}".encode())
    folder = CACHE / f"fashion-mnist-{origin:08x}-{CLIENTS}"
    file = folder / f"{CLIENT}.npz"
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with open(CACHE / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                _prepare(folder)
    return file


def _as_input(images):
    return images.astype(np.float32) / np.float32(255) - MEAN


def load(part):
    """This client's images (float32, centred around 0) and labels; `part` is "train" or "test"."""
    with np.load(_own_file(), allow_pickle=False) as archive:
        return _as_input(archive[f"{part}_images"]), archive[f"{part}_labels"]


def load_all(part):
    """Everybody's images and labels, unprepared."""
    images, labels = _raw(part)
    return _as_input(images), labels
