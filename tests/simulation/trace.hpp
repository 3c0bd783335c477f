#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/message.hpp"

#include <string>

namespace fedloom::simulation {

/// One line of a message for people: its name, its round, and what tells it from others of its kind.
std::string describe(const domain::message& what);

/// Prints "12.345 s  b1: partial ..." to standard error if FEDLOOM_SIMULATION_TRACE is set.
void trace(domain::instant now, const std::string& who, const std::string& what);
bool is_traced();

} // namespace fedloom::simulation
