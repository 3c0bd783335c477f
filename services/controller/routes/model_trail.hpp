#pragma once
#include "messages/domain/record.hpp"

#include <map>
#include <vector>

namespace fedloom::controller {

/// Which model came from which: a graph over model ids, each shown by its first record. The same bytes may stand at
/// several nodes, also as their own parent (a round that changed nothing), so walks never visit a model twice.
class model_trail {
public:
  /// In order of committed_at.
  explicit model_trail(std::vector<domain::model_record> records);
  model_trail(const model_trail&) = delete; ///< it points into itself
  model_trail& operator=(const model_trail&) = delete;

  using nodes = std::vector<const domain::model_record*>;

  bool has(const domain::model_id& id) const { return first_.contains(id); }
  /// Itself if so wanted, its parent, the parent's parent ...: at most `most` besides itself.
  nodes ancestors(const domain::model_id& id, bool include_self, std::size_t most) const;
  /// Its children, then theirs ...: the `most` nearest, in the order of committed_at among equals.
  nodes descendants(const domain::model_id& id, std::size_t most) const;
  /// From which no other model came.
  std::vector<domain::model_record> leaves() const;

private:
  std::vector<domain::model_record> records_;
  std::map<domain::model_id, const domain::model_record*> first_;
  std::map<domain::model_id, domain::model_id> parent_;
  std::map<domain::model_id, std::vector<domain::model_id>> children_;
};

} // namespace fedloom::controller
