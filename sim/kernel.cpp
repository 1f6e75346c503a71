// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/kernel.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "spillway/models/support/error.h"

// libsystemc brings a `main` that calls `sc_main`, and can't be linked without one. A program with an `int main` of its
// own never gets there, and shouldn't have to know: it finds this one (sim/CMakeLists.txt sees to it), which gives way
// to any other definition.
extern "C" [[gnu::weak]] int sc_main(int, char*[]) {
  std::fputs("this program defines neither main nor sc_main; one of them is where it starts\n", stderr);
  return 2;
}

namespace spillway {

namespace {

std::mutex claim_mutex;
std::thread::id claim_owner;
int claim_depth = 0;

void throw_report(const sc_core::sc_report& report, const sc_core::sc_actions&) {
  if (report.get_severity() < sc_core::SC_WARNING) return;
  const std::string text = fmt::format("SystemC: {}: {}", report.get_msg_type(), report.get_msg());
  if (sc_core::sc_is_running()) throw error(text);
  throw config_error(text);
}

}  // namespace

simulation_kernel::thread_claim::thread_claim() {
  const std::scoped_lock lock(claim_mutex);
  if (claim_depth > 0 && claim_owner != std::this_thread::get_id())
    throw error("a simulation is under way in another thread; SystemC has one global context, so use processes");
  claim_owner = std::this_thread::get_id();
  ++claim_depth;
}

simulation_kernel::thread_claim::~thread_claim() {
  const std::scoped_lock lock(claim_mutex);
  --claim_depth;
}

simulation_kernel::simulation_kernel()
    : m_outer_current(sc_core::sc_curr_simcontext),
      m_outer_default(sc_core::sc_default_global_context),
      m_outer_handler(sc_core::sc_report_handler::set_handler(throw_report)) {
  // The banner is printed on the way to the first simulation of a process, wherever that is.
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  m_context = std::make_unique<sc_core::sc_simcontext>();
  sc_core::sc_curr_simcontext = m_context.get();
  sc_core::sc_default_global_context = m_context.get();
}

simulation_kernel::~simulation_kernel() {
  // A simulation that was left before its end still has timed events, without owners by now. Asking for the next one
  // makes SystemC free those, which its destructor forgets.
  sc_core::sc_time_to_pending_activity(m_context.get());
  m_context.reset();
  sc_core::sc_curr_simcontext = m_outer_current;
  sc_core::sc_default_global_context = m_outer_default;
  sc_core::sc_report_handler::set_handler(m_outer_handler);
}

}  // namespace spillway
