// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/on_threads.h"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace spillway {

void on_threads(std::int64_t threads, const std::function<void(bool is_caller)>& work,
                const std::function<void()>& stop) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto guarded = [&](bool is_caller) {
    try {
      work(is_caller);
    } catch (...) {
      stop();
      const std::scoped_lock lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> pool;
    try {
      for (std::int64_t t = 1; t < threads; ++t) pool.emplace_back([&guarded] { guarded(false); });
    } catch (const std::exception&) {
      // The system gives no more threads, or no memory for them.
    }
    guarded(true);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace spillway
