#pragma once

namespace fedloom::runtime {

/// Tunes the allocator for bulk bytes: freed blocks of up to 32 MiB are kept for the next use (chunks of 1 MiB come and
/// go by the thousand; by default each would be mapped afresh and its pages faulted in one by one), and, in programs
/// that call this, C++ blocks of 4 MiB and more lie in huge pages. First thing in main.
void keep_freed_memory();

} // namespace fedloom::runtime
