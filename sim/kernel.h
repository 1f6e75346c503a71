// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <systemc>

namespace spillway {

/// A simulation of its own: SystemC has one global context, and this puts a fresh one in its place for as long as the
/// object lives. Modules, signals and ports are made after it and destroyed before it; then the next simulation starts
/// clean, in the same process. Guards nest within a thread; another thread's attempt throws `error`.
///
/// While it lives, SystemC's reports (unbound ports and the like, warnings included) are thrown: `config_error` for
/// what is found during elaboration, `error` once it runs; the banner is off.
///
///     simulation_kernel kernel;
///     clock_domain clock("clock");
///     ...
///     clock.run();
///
/// An executable has a plain `int main` and nothing else, or SystemC's `sc_main`.
class simulation_kernel {
 public:
  simulation_kernel();
  ~simulation_kernel();
  simulation_kernel(const simulation_kernel&) = delete;
  simulation_kernel& operator=(const simulation_kernel&) = delete;

 private:
  struct thread_claim {
    thread_claim();
    ~thread_claim();
  };

  thread_claim m_claim;
  sc_core::sc_simcontext* m_outer_current;
  sc_core::sc_simcontext* m_outer_default;
  sc_core::sc_report_handler_proc m_outer_handler;
  std::unique_ptr<sc_core::sc_simcontext> m_context;
};

}  // namespace spillway
