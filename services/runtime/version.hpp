#pragma once
#include <string_view>

namespace fedloom::runtime {

/// Of the whole platform, for example "0.1.0".
std::string_view version();

} // namespace fedloom::runtime
