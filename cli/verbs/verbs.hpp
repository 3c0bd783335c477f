#pragma once
#include "cli/command_tree.hpp"

/// One file per noun.
namespace fedloom::cli {

void add_client_verbs(command_tree& into);
void add_combiner_verbs(command_tree& into);
void add_completion_verb(command_tree& into);
void add_config_verb(command_tree& into);
void add_controller_verbs(command_tree& into);
void add_demo_verb(command_tree& into);
void add_doctor_verb(command_tree& into);
void add_model_verbs(command_tree& into);
void add_package_verbs(command_tree& into);
void add_record_verbs(command_tree& into); ///< round, status, validation
void add_run_verbs(command_tree& into);
void add_session_verbs(command_tree& into);
void add_up_verb(command_tree& into);
void add_watch_verb(command_tree& into);

} // namespace fedloom::cli
