#pragma once
#include "cli/context.hpp"

#include <span>

namespace fedloom::cli {

/// How a value is shown.
enum class form {
  text,
  model,  ///< the first characters of a model_id
  number, ///< four digits behind the point
  seconds,
  bytes,
  brief, ///< the beginning of a long text, on one line
};

/// A column of a list: what it is called, and where in an object its values are (a JSON pointer).
struct column {
  const char* title;
  const char* field;
  form how = form::text;
};

/// "-" for what is not there.
std::string shown(const json& value, form how = form::text);

/// Aligned, numbers to the right, the titles above. One line per row, without the end of the last line.
std::string table(std::span<const column> columns, const json& rows);

/// "key: value" lines of one object; what is nested, as JSON.
std::string listing(const json& object);

} // namespace fedloom::cli
