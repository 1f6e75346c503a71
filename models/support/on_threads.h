// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace spillway {

/// Calls `work(is_caller)` on so many threads at the most, the caller's own among them, and returns when all have. Each
/// takes its share until nothing is left, so that it does not matter how many there are: where the system gives no more
/// threads, those that there are do the work. The first exception that `work` throws is thrown here in the end; `stop`
/// is called before, from which on the others should find nothing left.
void on_threads(std::int64_t threads, const std::function<void(bool is_caller)>& work,
                const std::function<void()>& stop);

}  // namespace spillway
