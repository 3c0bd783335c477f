#pragma once

namespace fedloom::runtime {

/// Lets the allocator keep freed blocks of up to 32 MiB for the next use. Chunks of 1 MiB come and go by the thousand; by
/// default each would be mapped afresh and its pages faulted in one by one.
/// First thing in main.
void keep_freed_memory();

} // namespace fedloom::runtime
