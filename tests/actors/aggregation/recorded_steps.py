#!/usr/bin/env python3
"""Prints recorded_steps.hpp: three rounds of three clients, stepped by NumPy as FEDn's fedopt does it.

    python3 tests/actors/aggregation/recorded_steps.py > tests/actors/aggregation/recorded_steps.hpp

Written from the formulas of Reddi et al. (arXiv 2003.00295) in the order of FEDn's operations: pseudo-gradients averaged
one by one with float32 arithmetic, state in NumPy arrays, no bias correction. FedAvgM after Hsu et al. (arXiv 1909.06335).
"""
import numpy as np

EXAMPLES = [40, 7, 113]
ELEMENTS = 12
ROUNDS = 3
CASES = {
    "fedavgm": ("fedavgm", {}),
    "fedavgm_half": ("fedavgm", {"learning_rate": 0.5, "beta": 0.3}),
    "adam": ("adam", {}),
    "adam_fast": ("adam", {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.8, "tau": 0.01}),
    "yogi": ("yogi", {}),
    "yogi_fast": ("yogi", {"learning_rate": 0.05, "beta1": 0.0, "beta2": 0.9, "tau": 0.1}),
    "adagrad": ("adagrad", {}),
    "adagrad_fast": ("adagrad", {"learning_rate": 0.1, "beta1": 0.7, "tau": 0.001}),
}


def pseudo_gradient(updates, old):
    total = EXAMPLES[0]
    mean = updates[0] - old
    for update, examples in zip(updates[1:], EXAMPLES[1:]):
        total += examples
        mean = mean + examples * ((update - old) - mean) / total
    return mean


class Momentum:
    def __init__(self, learning_rate=1.0, beta=0.9):
        self.rate, self.beta, self.m = learning_rate, beta, None

    def step(self, old, g):
        self.m = g if self.m is None else self.beta * self.m + g
        return old + self.rate * self.m


class Adaptive:
    def __init__(self, rule, learning_rate=1e-3, beta1=0.9, beta2=0.99, tau=1e-4):
        self.rule, self.rate, self.beta1, self.beta2, self.tau = rule, learning_rate, beta1, beta2, tau
        self.m = self.v = None

    def step(self, old, g):
        if self.v is None:
            self.v = np.ones(np.shape(g)) * self.tau**2
        self.m = (1.0 - self.beta1) * g if self.m is None else self.beta1 * self.m + (1.0 - self.beta1) * g
        square = np.power(g, 2)
        if self.rule == "adam":
            self.v = self.beta2 * self.v + (1.0 - self.beta2) * square
        elif self.rule == "yogi":
            self.v = self.v - (1.0 - self.beta2) * (np.sign(self.v - square) * square)
        else:
            self.v = self.v + square
        return old + self.rate * (self.m / (np.sqrt(self.v) + self.tau))


def literals(values, dtype):
    # At most 17 digits: each literal is read back as the same number.
    return ", ".join(f"{float(x)!r}" + ("F" if dtype == np.float32 else "") for x in values)


def record(dtype):
    random = np.random.default_rng(20)
    # Steps of very different sizes: squares below, about and above the first v of 1e-8.
    sizes = 10.0 ** np.linspace(-6, 0, ELEMENTS)
    seed = random.normal(0, 1, ELEMENTS).astype(dtype)
    updates = [[(seed + sizes * random.normal(0.5, 1, ELEMENTS)).astype(dtype) for _ in EXAMPLES] for _ in range(ROUNDS)]
    print(f"    {{{literals(seed, dtype)}}},")
    print("    {" + ",\n     ".join("{" + ",\n      ".join("{" + literals(u, dtype) + "}" for u in r) + "}" for r in updates) + "},")
    print("    {")
    for name, (rule, options) in CASES.items():
        optimizer = Momentum(**options) if rule == "fedavgm" else Adaptive(rule, **options)
        model, models = seed, []
        for round_updates in updates:
            model = optimizer.step(model, pseudo_gradient(round_updates, model)).astype(dtype)
            models.append("{" + literals(model, dtype) + "}")
        print(f"        {{\"{name}\", {{" + ",\n          ".join(models) + "}},")
    print("    },")


print("""#pragma once
// Printed by recorded_steps.py; do not edit.
#include <map>
#include <string>
#include <vector>

namespace fedloom::aggregation {
""")
print(f"inline const std::vector<unsigned> recorded_examples{{{', '.join(map(str, EXAMPLES))}}};")
print("""
template <class T>
struct recorded_steps {
  std::vector<T> seed;
  std::vector<std::vector<std::vector<T>>> updates;          ///< by round and client
  std::map<std::string, std::vector<std::vector<T>>> models; ///< by case and round
};

// clang-format off""")
for name, dtype in (("float", np.float32), ("double", np.float64)):
    print(f"inline const recorded_steps<{name}> recorded_{name}s{{")
    record(dtype)
    print("};\n")
print("// clang-format on\n\n} // namespace fedloom::aggregation")
