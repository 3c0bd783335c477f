#pragma once
#include <string_view>

namespace fedloom::kernel {

/// A test hook: an instant at which a test may want this process to die, or to stand still. In production, where
/// FEDLOOM_CRASH_AT is not set, it costs one comparison and does nothing.
///
/// FEDLOOM_CRASH_AT=before-blob              SIGKILL at the first passage of that point
/// FEDLOOM_CRASH_AT=/folder/file             the file, read at each passage, says "before-blob kill" or "before-blob
/// stop":
///                                           at that point it is removed and the signal raised. So a test can arm a
///                                           process that runs; SIGCONT lets a stopped one go on.
///
/// | point | service | instant |
/// | --- | --- | --- |
/// | before-plan | controller | a round is stored as open, this combiner has not been told |
/// | reducing | controller | all parts are merged, the average is not computed |
/// | before-blob, before-rename, after-blob | controller | around the global model's file |
/// | before-batch, after-batch | controller | around the write that commits a round |
/// | before-task | combiner | the plan is known, this client has not been told |
/// | before-journal, after-journal | combiner | around a write to its journal |
/// | accepted | combiner | an update is folded, its receipt may not be on its way |
/// | before-partial | combiner | the sum is frozen, the controller has not been told |
/// | before-offer | client | the update is there, the combiner has not been told |
void crash_point(std::string_view name);

} // namespace fedloom::kernel
