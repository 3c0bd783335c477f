#pragma once
#include "actors/storage/model_store.hpp"
#include "actors/storage/round_store.hpp"

/// Records and models are stored apart, the models first. What a start has to know of both together.
namespace fedloom::storage {

/// Reads, whole, every model that a session which is not over goes on from: its head, and the parent of an open round.
/// `storage_failed` names the session and the model (a record without its model). Older models are checked when they
/// are read (I-2).
domain::expected<void> check_models(const round_store& records, const model_store& models);

/// Removes the models that no record names: what a crash between a model and its record has left. How many. Only while
/// nobody stores a model: one that is stored already is not written again, and its record comes later.
std::size_t remove_stray_models(const round_store& records, model_store& models);

} // namespace fedloom::storage
