#pragma once
#include "actors/model/stream.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the controller makes of a round's mean. With g = mean - old, the step that the clients want
/// ("pseudo-gradient"), per float element:
///
///     fedavg    x = old + learning_rate * g
///     fedavgm   m = beta * m + g                       x = old + learning_rate * m
///     fedopt    m = beta1 * m + (1 - beta1) * g        x = old + learning_rate * m / (sqrt(v) + tau)
///       adam      v = beta2 * v + (1 - beta2) * g^2
///       yogi      v = v - (1 - beta2) * g^2 * sign(v - g^2)
///       adagrad   v = v + g^2
///
/// Before the first step m = 0 and v = tau^2; there is no bias correction. fedavgm: Hsu et al. 2019, arXiv 1909.06335;
/// fedopt: Reddi et al. 2020, arXiv 2003.00295, with FEDn's names and defaults. Integer tensors take the rounded mean
/// under each of them.
namespace fedloom::aggregation {

struct fedavg {
  double learning_rate = 1; ///< (0, 1]
  bool operator==(const fedavg&) const = default;
};

struct fedavgm {
  double learning_rate = 1; ///< (0, 1000]
  double beta = 0.9;        ///< [0, 1)
  bool operator==(const fedavgm&) const = default;
};

enum class adaptive_rule : std::uint8_t { adam = 1, yogi = 2, adagrad = 3 };

struct fedopt {
  adaptive_rule serveropt = adaptive_rule::adam;
  double learning_rate = 1e-3; ///< (0, 1000]
  double beta1 = 0.9;          ///< [0, 1)
  double beta2 = 0.99;         ///< [0, 1); adagrad does not look at it
  double tau = 1e-4;           ///< [1e-12, 1000]
  bool operator==(const fedopt&) const = default;
};

using server_optimizer = std::variant<fedavg, fedavgm, fedopt>;

/// What a user asked for as FEDn's `aggregator` and `aggregator_kwargs`.
struct aggregator {
  server_optimizer optimizer = fedavg{};
  /// FedProx's (Li et al. 2018, arXiv 1812.06127): clients add mu / 2 * |x - global|^2 to their loss. Theirs to carry
  /// out: the server's arithmetic is the same with any mu. [0, 1000]
  double mu = 0;
  bool operator==(const aggregator&) const = default;
};

using option_value = std::variant<bool, double, std::string>;
using option_values = std::map<std::string, option_value, std::less<>>;

/// Reads a name and its options; who is not named keeps its default. Names: "fedavg"; "fedprox", which is fedavg with
/// the option mu that it must have; "fedavgm"; "fedopt" with the option serveropt ("adam", "yogi", "adagrad"); and
/// "fedadam", "fedyogi", "fedadagrad" for that in one word. All take mu. `config_invalid` for another name, an unknown
/// or missing option or a value out of range, `malformed` for a value of another type.
domain::expected<aggregator> parse_aggregator(std::string_view name, const option_values& options);
/// The canonical name ("fedopt" for all its rules, "fedprox" for a fedavg with mu) and all options, so that they parse
/// to the same again.
std::string_view name_of(const aggregator& what);
option_values options_of(const aggregator& what);
/// `config_invalid` with the first number that is out of range, or none. For what did not come from parse_aggregator.
domain::error fault_of(const aggregator& what);

/// The manifest of an optimiser's state for models of this manifest: for the float tensor number i the tensors "m.<i>"
/// and, for fedopt, "v.<i>", of its shape. Empty when there is nothing to keep. The state of float64 tensors is
/// float64, all other is float32: as precise as the model itself, half as much to write for each commit as double would
/// be, and float16 could not even hold the first v, 1e-8.
model::manifest state_manifest(const server_optimizer& how, const model::manifest& what);
/// A state has up to twice as many tensors, and for float16 models four times as many bytes, as a model.
model::stream_limits state_limits();

} // namespace fedloom::aggregation
