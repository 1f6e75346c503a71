// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace spillway::python {

/// How far a task is, and whether it is to stop: written by the task and by whoever waits for it.
struct task_control {
  std::atomic<std::uint64_t> done{0}, total{0};
  std::atomic<bool> stop{false};

  /// For `on_progress` of the library's functions: false stops them.
  bool tell(std::uint64_t now) {
    done = now;
    return !stop;
  }
};

/// Tasks that go on although nobody waits for them any more: Ctrl-C came, and they have no place to stop at soon.
inline std::atomic<int> abandoned_tasks{0};

namespace detail {

template <class Result>
struct task_state {
  task_control control;
  std::mutex mutex;
  std::condition_variable finished;
  bool is_finished = false, is_abandoned = false;
  std::optional<Result> result;
  std::exception_ptr failure;
};

/// Waits without the GIL; true once the task has ended.
template <class Result>
bool wait(task_state<Result>& state, std::chrono::milliseconds time) {
  const pybind11::gil_scoped_release others_run;
  std::unique_lock lock(state.mutex);
  return state.finished.wait_for(lock, time, [&] { return state.is_finished; });
}

/// Tells a task to stop, and leaves it to itself if it does not within a second, where that may be.
template <class Result>
void give_up(task_state<Result>& state, bool may_leave) {
  state.control.stop = true;
  while (!wait(state, std::chrono::seconds(1)))
    if (may_leave) break;
  const std::scoped_lock lock(state.mutex);
  if (state.is_finished) return;
  state.is_abandoned = true;
  ++abandoned_tasks;
}

}  // namespace detail

/// Runs `work(task_control&)` in a thread of its own, without the GIL, while this one looks for Ctrl-C and calls
/// `tick(done, total)` (None: nothing) a few times a second. What `work` throws is thrown here, and so is what a signal
/// handler or `tick` raises: then the task is stopped first. `work` uses nothing of Python's, and owns all that it uses
/// unless it is waited for whatever comes
/// (`may_leave`), since it stops soon.
template <class Work>
auto run_task(const pybind11::object& tick, Work work, bool may_leave = true) {
  using result = decltype(work(std::declval<task_control&>()));
  const auto state = std::make_shared<detail::task_state<result>>();
  std::thread([state, work = std::move(work)]() mutable {
    std::optional<result> made;
    std::exception_ptr failure;
    try {
      made.emplace(work(state->control));
    } catch (...) {
      failure = std::current_exception();
    }
    const std::scoped_lock lock(state->mutex);
    state->result = std::move(made);
    state->failure = failure;
    state->is_finished = true;
    if (state->is_abandoned) --abandoned_tasks;
    state->finished.notify_all();
  }).detach();
  while (!detail::wait(*state, std::chrono::milliseconds(50))) {
    try {
      if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
      const std::uint64_t total = state->control.total;
      if (!tick.is_none() && total > 0) tick(state->control.done.load(), total);
    } catch (...) {
      detail::give_up(*state, may_leave);
      throw;
    }
  }
  if (state->failure) std::rethrow_exception(state->failure);
  return std::move(*state->result);
}

}  // namespace spillway::python
