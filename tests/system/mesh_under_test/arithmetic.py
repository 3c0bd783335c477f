"""What clients of plain_package train, and what the model of a round must therefore be, in every bit.

The seed's first element counts rounds. All steps are multiples of 105 and all weights sum up to at most 8: each mean is a
multiple of 1/8, which float32 and the fixed point of the sums hold exactly. A client that is missing or counts twice
changes every element.
"""
from fractions import Fraction

STEP = 105
EXAMPLES = {1: 1, 2: 1, 3: 2, 4: 4}


def _number(client):
    return int(client.rsplit("-", 1)[1])


def examples(client):
    return EXAMPLES[_number(client)]


def round_after(model):
    return int(model[0][1][0]) + 1


def step(client, round_number):
    return STEP * ((7 * _number(client) + 3 * round_number) % 16)


def update(model, client):
    """What this client makes of that model: 1 is added to the count of rounds, its step to all other elements."""
    return _stepped(model, step(client, round_after(model)))


def next_model(model, clients, rate=1):
    """The model of a round in which exactly these clients count."""
    number = round_after(model)
    weight = sum(examples(client) for client in clients)
    mean = Fraction(sum(examples(client) * step(client, number) for client in clients), weight) * rate
    assert (mean * 8).denominator == 1, f"the mean over {clients} is no multiple of 1/8"
    return _stepped(model, float(mean))


def buffered_model(model, updates):
    """The model after updates given as (parent, client, weight in units of 1/1024, discounted). Divided by what they
    would weigh in time: a discount makes an update smaller, not the others larger."""
    unit = 1024 * sum(examples(client) for _, client, _ in updates)
    counted = Fraction(sum(weight for _, _, weight in updates), unit)
    moved = sum(Fraction(weight * step(client, round_after(parent)), unit) for parent, client, weight in updates)
    for share in (counted, moved):
        assert (share * 1024).denominator == 1, f"{share} may have been rounded"
    (shape, (count, *values)), *others = model
    return [(shape, [count + float(counted), *(value + float(moved) for value in values)]),
            *((shape, [value + float(moved) for value in values]) for shape, values in others)]


def _stepped(model, step):
    (shape, (count, *values)), *others = model
    return [(shape, [count + 1, *(value + step for value in values)]),
            *((shape, [value + step for value in values]) for shape, values in others)]
