#pragma once
#include <optional>
#include <string>
#include <vector>

namespace fedloom::runtime {

/// The candidate that the fewest insertions, deletions and replacements of characters turn into `word`; nothing when
/// even that needs more than a third of the word's length (at least 2), for then it is no misspelling.
std::optional<std::string> nearest_word(const std::string& word, const std::vector<std::string>& candidates);

} // namespace fedloom::runtime
