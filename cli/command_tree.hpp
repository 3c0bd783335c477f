#pragma once
#include "cli/context.hpp"
#include "cli/outcome.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <vector>

namespace fedloom::cli {

/// Whether a verb asks the controller, and so takes the flags that name it.
enum class reach : bool { this_machine, controller };

/// The nouns and verbs of the command, and which of them was chosen.
class command_tree {
public:
  using action = std::function<outcome(context&)>;

  command_tree();

  CLI::App& root() { return root_; }
  CLI::App& noun(const std::string& name, const std::string& about);
  /// `run` is what the verb does once the words have been read into the options that the caller adds.
  CLI::App& verb(CLI::App& of, const std::string& name, const std::string& about, reach to, action run);
  void add_n_max(CLI::App& verb);

  /// Reads the words behind the program's name. What to do, or a text to print (help, version), or what is wrong.
  struct chosen {
    action run;
    std::string text; ///< if `run` is empty
  };
  result<chosen> read(std::vector<std::string> words);

  /// The flags that every verb has, after `read`.
  void give_flags(context& to) const;
  /// What may stand behind these words, the last of which is incomplete. For shells.
  std::vector<std::string> continuations(const std::vector<std::string>& words);

private:
  struct place {
    CLI::App* at;
    std::string unknown; ///< a word that is no noun or verb there
  };
  place walk(const std::vector<std::string>& words);
  result<chosen> wrong_words(const CLI::ParseError& what, const std::vector<std::string>& words);
  std::string hint_for(const CLI::App& verb, const std::vector<std::string>& words) const;

  CLI::App root_;
  action run_;
  address at_;
  std::uint64_t most_ = 0;
  bool as_json_ = false;
};

/// FEDn's flags of several letters behind one dash (-rc, -id) in the form that is read here.
std::string long_flag(const std::string& word);

} // namespace fedloom::cli
