#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/registration.hpp"
#include "messages/domain/round.hpp"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The generated headers stay in *.cpp files; here their types are names only.
namespace fedloom::wire {
struct ModelId;
struct Digest;
struct PackageDigest;
struct PackageRef;
struct Token;
struct Error;
struct Metric;
struct Contribution;
struct ContributionFailure;
struct CarriedClient;
struct MachineClaim;
} // namespace fedloom::wire

/// Fields that several messages and records share, between domain and wire. `write...` puts a value into a buffer under
/// construction; `read...` takes one out of a verified buffer, where an absent field is a null pointer.
namespace fedloom::codec {

using builder = flatbuffers::FlatBufferBuilder;
template <class T>
using offset = flatbuffers::Offset<T>;
using wire_text = flatbuffers::String;
template <class T>
using wire_list = flatbuffers::Vector<offset<T>>;

/// Remembers the first thing that was wrong while a message was read, so that reading needs no check per field.
class complaint {
public:
  void say(domain::errc code, std::string text) {
    if (none()) {
      first_ = {code, std::move(text)};
    }
  }
  bool none() const noexcept { return first_.code == domain::errc::none; }
  const domain::error& first() const noexcept { return first_; }

private:
  domain::error first_;
};

/// How much of a peer's lists and texts is kept; the rest is cut off.
struct bounds {
  std::size_t error_text_bytes = 4096;
  std::size_t metrics = 64;
  std::size_t metric_name_bytes = 64;
};
inline constexpr bounds no_bounds{SIZE_MAX, SIZE_MAX, SIZE_MAX};
inline constexpr std::size_t client_name_bytes = 256;
inline constexpr std::size_t machine_text_bytes = 64;
inline constexpr std::size_t goodbye_reason_bytes = 1024;

// -- text and ids ----------------------------------------------------------------------------------------------------

std::string_view view_of(const wire_text* text);
/// Absent when empty.
offset<wire_text> write_text(builder& out, std::string_view text);
/// Client ids as they are; the caller bounds their number.
offset<wire_list<wire_text>> write_names(builder& out, const std::vector<domain::client_id>& names);

/// malformed unless it is a valid name.
domain::client_id read_client(const wire_text* text, complaint& wrong);
domain::combiner_id read_combiner(const wire_text* text, complaint& wrong);
/// Absent or empty: none.
domain::combiner_id read_combiner_or_none(const wire_text* text, complaint& wrong);
domain::session_id read_session_or_none(const wire_text* text, complaint& wrong);
/// malformed unless it is printable ASCII.
std::string read_endpoint(const wire_text* text, complaint& wrong);

wire::ModelId to_wire(const domain::model_id& id);
wire::Digest to_wire(const domain::digest& value);
wire::PackageDigest to_wire(const domain::package_digest& value);
wire::Token to_wire(const domain::token& value);
/// Absent: all zero.
domain::model_id read_id(const wire::ModelId* id);
domain::digest read_id(const wire::Digest* value);
domain::package_digest read_id(const wire::PackageDigest* value);
domain::token read_id(const wire::Token* value);

// -- numbers ---------------------------------------------------------------------------------------------------------

/// Clamped to what the wire's unsigned 32 bits hold (49 days).
std::uint32_t to_wire(domain::milliseconds duration);

/// An enumerator other than `unspecified`; malformed for anything else. `what` names the field.
template <class Domain, class Wire>
Domain read_choice(Wire value, std::string_view what, complaint& wrong) {
  if (value == Wire{} || value > Wire::MAX) {
    wrong.say(domain::errc::malformed,
              std::string(what) + " " + std::to_string(static_cast<unsigned>(value)) + " is not known here");
    return Domain{};
  }
  return static_cast<Domain>(value);
}

// -- composed fields -------------------------------------------------------------------------------------------------

offset<wire::Error> write_error(builder& out, const domain::error& what, const bounds& limits = {});
/// Absent when nothing is wrong.
offset<wire::Error> write_error_if_any(builder& out, const domain::error& what, const bounds& limits = {});
/// Absent: nothing is wrong. A code that this version does not know is read as `unsupported`.
domain::error read_error(const wire::Error* what, const bounds& limits = {});

offset<wire_list<wire::Metric>> write_metrics(builder& out, const std::vector<domain::metric>& metrics,
                                              const bounds& limits = {});
std::vector<domain::metric> read_metrics(const wire_list<wire::Metric>* metrics, const bounds& limits = {});

offset<wire::Contribution> write_contribution(builder& out, const domain::contribution& what, const bounds& limits);
/// The client's name is not checked.
domain::contribution read_contribution(const wire::Contribution& what, const bounds& limits);
offset<wire::ContributionFailure> write_failure(builder& out, const domain::contribution_failure& what,
                                                const bounds& limits);
domain::contribution_failure read_failure(const wire::ContributionFailure& what, const bounds& limits);

/// Absent when there is none.
offset<wire::PackageRef> write_package(builder& out, const domain::package_ref& what);
/// too_large: the signature.
domain::package_ref read_package(const wire::PackageRef* what, complaint& wrong);

/// Absent when nothing is claimed.
offset<wire::MachineClaim> write_machine(builder& out, const domain::machine_claim& what);
domain::machine_claim read_machine(const wire::MachineClaim* what);

/// Absent when empty; the caller bounds their number.
offset<wire_list<wire::CarriedClient>> write_carried(builder& out, const std::vector<domain::carried_client>& rows);
/// The client's name is not checked.
domain::carried_client read_carried(const wire::CarriedClient& what);

} // namespace fedloom::codec
