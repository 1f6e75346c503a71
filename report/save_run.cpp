// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/save_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "spillway/models/data/npy.h"
#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/version.h"
#include "spillway/report/dump_tensors.h"
#include "spillway/report/output_log.h"
#include "spillway/report/run_configuration.h"
#include "spillway/report/run_rows_of.h"
#include "spillway/traces/result_files.h"

namespace spillway {

namespace {

constexpr const char* output_log_name = "outputs.unfinished";
constexpr const char* clock_mhz = "200";  // that frames a second are told at; cycles do not depend on it

/// 64-bit words of one frame's outputs.
std::size_t words_a_frame(const dataflow& flow) { return output_format_of(flow).words(); }

std::int64_t frames_to_run(const finished_run& run) { return count_frames(run.accelerator.flow, run.data.inputs); }

/// Where a file was removed by somebody else, there is nothing to remove.
void remove_file(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

/// The file's real numbers of an output in its order, as float32.
float_tensor real_outputs(const design& of, const file_output& output, const integer_tensor& outputs) {
  float_tensor result{outputs.shape, {}};
  const std::size_t size = output.places.size(), channels = of.integers.output_scale.size();
  result.values.reserve(static_cast<std::size_t>(outputs.size()));
  for (std::int64_t i = 0; i < outputs.size(); ++i) {
    const auto place = static_cast<std::size_t>(output.places[static_cast<std::size_t>(i) % size]) % channels;
    result.values.push_back(
        static_cast<float>(to_double(outputs, i) * of.integers.output_scale[place] + of.integers.output_bias[place]));
  }
  return result;
}

/// One output as the file has it, and what makes its real numbers of it.
void write_output(const run_directory& directory, const finished_run& run, const file_output& output,
                  const integer_tensor& values, const std::string& ending) {
  const design& of = run.accelerator;
  write_npy(directory.file("outputs" + ending), values);
  if (run.real_outputs) write_npy(directory.file("outputs_real" + ending), real_outputs(of, output, values));
  write_npy(directory.file("output_scale" + ending), in_file_order(output, of.integers.output_scale));
  write_npy(directory.file("output_bias" + ending), in_file_order(output, of.integers.output_bias));
}

/// All outputs: the first has the names of an only one, the others a number.
void write_output_files(const run_directory& directory, const finished_run& run) {
  const design& of = run.accelerator;
  if (of.output.places.empty()) return write_npy(directory.file("outputs.npy"), run.result.outputs);
  const integer_tensor outputs = in_file_order(of.output, run.result.outputs);
  if (of.output.parts.empty()) return write_output(directory, run, of.output, outputs, ".npy");
  for (std::size_t i = 0; i < of.output.parts.size(); ++i) {
    const file_output_part& part = of.output.parts[i];
    write_output(directory, run, output_of(of.output, part), part_of(outputs, part), file_ending_of_output(i));
  }
}

}  // namespace

run_saver::run_saver(const std::string& directory, bool force)
    : m_directory(directory, force ? run_directory::use::overwrite : run_directory::use::fresh), m_force(force) {}

run_saver::~run_saver() = default;

/// Calls it; an error that it throws is kept for `failure`.
template <class Action>
bool run_saver::attempt(const Action& action) {
  try {
    action();
    return true;
  } catch (const error& e) {
    if (m_failure.empty()) m_failure = e.what();
  }
  return false;
}

earlier_run run_saver::begin(const finished_run& run, const std::string& settings, bool can_resume) {
  m_manifest = {version(),  run.command, configuration_hash(run, settings), run.seeds, utc_now(), 0, false,
                run.engine, "run"};
  const auto found = read_manifest(m_directory.path());
  const bool starts_over =
      found && !found->finished && !can_resume && found->configuration_hash == m_manifest.configuration_hash;
  earlier_run earlier;
  bool is_resumed = m_directory.begin(m_manifest, can_resume) == run_directory::start::resumed;
  try {
    if (is_resumed && can_go_on())
      earlier = read_earlier(run);
    else if (is_resumed)
      is_resumed = restart();
  } catch (const input_error& damaged) {
    if (!m_force) throw input_error(fmt::format("{}, with --force", damaged.what()));
    is_resumed = restart();
  }
  if (starts_over)
    m_note = fmt::format(
        "{}: a run with stalls, waves or a comparison can't go on after an interruption; it starts over, and what the "
        "earlier one has left stays until it is complete",
        m_directory.path());
  if (is_resumed) {
    m_note = fmt::format("{}: goes on after {} of {} frames", m_directory.path(), m_stored_frames, frames_to_run(run));
    return earlier;
  }
  const auto words = static_cast<std::size_t>(frames_to_run(run)) * words_a_frame(run.accelerator.flow);
  m_outputs = std::make_unique<output_log>(
      output_log::create(m_directory.file(output_log_name), output_format_of(run.accelerator.flow).type, words));
  m_is_full = !attempt([&] { make_store(run); });
  return {};
}

/// Whether the run that was interrupted had begun to store frames.
bool run_saver::can_go_on() const {
  std::error_code failed;
  return run_store::can_resume(m_directory.file("run.sqlite")) &&
         std::filesystem::exists(m_directory.file(output_log_name), failed);
}

/// Begins anew in the place of what was found; false.
bool run_saver::restart() {
  m_store.reset();
  m_outputs.reset();
  m_stored_frames = 0;
  m_directory.restart(m_manifest);
  return false;
}

void run_saver::make_store(const finished_run& run) {
  const std::string path = m_directory.file("run.sqlite");
  for (const char* ending : {"", "-journal"}) remove_file(path + ending);  // of an attempt that failed
  const run_info info{version(), run.command, run.accelerator.model, run.data.name, run.engine, m_manifest.started};
  run_store store(path, info);
  store.write_meta("network", run.accelerator.file.name);
  store.write_meta("clock_mhz", clock_mhz);
  store.write_units(describe_units(run.accelerator.flow));
  store.write_streams(describe_streams(run.accelerator.flow));
  const run_prices prices = prices_in_run(run.accelerator.flow, *run.prices.device);
  store.write_costs(prices.terms);
  store.write_prices(prices.totals);
  store.write_meta("hardware", std::string(to_string(run.prices.kind)));
  store.write_meta("device", std::string(run.prices.device->name));
  if (!prices.not_priced.empty()) store.write_meta("not_priced", prices.not_priced);
  store.write_assumptions(run.accelerator.assumptions);
  store.write_checkpoint({});
  m_store.emplace(std::move(store));
}

earlier_run run_saver::read_earlier(const finished_run& run) {
  const std::string path = m_directory.file("run.sqlite");
  m_store.emplace(path);
  earlier_run earlier;
  earlier.is_simulated = m_store->read_progress().is_simulated;
  earlier.recorded =
      m_store->read_recorded(run.accelerator.flow.units.size(), static_cast<std::uint64_t>(run.data.first_frame));
  earlier.totals = m_store->read_totals();
  earlier.activity = m_store->read_activity();
  earlier.most_filled = m_store->read_most_filled();
  m_stored_frames = earlier.recorded.frames;
  const std::size_t words = m_stored_frames * words_a_frame(run.accelerator.flow);
  m_outputs = std::make_unique<output_log>(
      output_log::resume(m_directory.file(output_log_name), output_format_of(run.accelerator.flow).type, words));
  earlier.outputs = m_outputs->read();
  return earlier;
}

void run_saver::checkpoint(const finished_run& run, const finished_frames& finished) {
  if (m_is_full || !m_store || finished.frames <= m_stored_frames) return;
  const std::size_t words = words_a_frame(run.accelerator.flow);
  try {
    m_outputs->append(finished.outputs.subspan(m_outputs->size(), finished.frames * words - m_outputs->size()));
    const std::vector<frame_row> rows = frame_rows(run, m_stored_frames, finished.frames, finished.outputs);
    m_store->write_checkpoint({{finished.frames, false},
                               rows,
                               finished.counts,
                               run.events.events(),
                               static_cast<std::uint64_t>(run.data.first_frame)});
    m_stored_frames = finished.frames;
  } catch (const busy_error&) {
    // The next one has these frames, too.
  } catch (const io_error&) {
    m_is_full = true;  // `keep` tries again, and says so if it fails
  }
}

void run_saver::write_outputs(const finished_run& run) {
  try {
    write_output_files(m_directory, run);
  } catch (const io_error&) {
    // All of them are in memory: their first copy, which was made for a run that goes on, gives its room.
    m_outputs.reset();
    remove_file(m_directory.file(output_log_name));
    write_output_files(m_directory, run);
  }
}

void run_saver::keep(const finished_run& run) {
  m_failure.clear();
  if (run.result.frames > 0) attempt([&] { write_outputs(run); });
  if (!m_store && !attempt([&] { make_store(run); })) return;
  attempt([&] {
    m_store->write_totals(totals_of(run));
    m_store->write_frames(frame_rows(run));
  });
  run_store::checkpoint all{{run.result.frames, !run.result.stopped},
                            {},
                            {},
                            run.events.events(),
                            static_cast<std::uint64_t>(run.data.first_frame)};
  for (std::uint32_t u = 0; u < run.events.units(); ++u) all.counts.push_back(run.events.counts(u));
  const bool is_stored = attempt([&] {
    m_store->write_activity(activity_rows(run));
    m_store->write_streams(stream_rows(run));
    if (m_outputs) {
      const std::span<const std::int64_t> words = run.result.outputs.words;
      m_outputs->append(words.subspan(std::min(m_outputs->size(), words.size())));
    }
    m_store->write_checkpoint(all);
  });
  if (!is_stored) return;
  m_stored_frames = run.result.frames;
  attempt([&] {
    for (std::uint32_t u = 0; u < run.events.units(); ++u)
      m_store->write_counts(u, run.events.counts(u), certified_bits(run.accelerator.flow.units[u]));
  });
}

bool run_saver::keep_tensors(const design_tensors& of, const dataset& data, std::span<const std::size_t> tensors,
                             const std::function<bool(std::uint64_t frames_done)>& on_progress) {
  bool is_whole = true;
  attempt([&] {
    const std::string folder = m_directory.file(tensor_folder);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) throw_io_error(folder, "make the directory", failed.value());
    is_whole = write_tensors(of, data, tensors, folder, on_progress);
  });
  return is_whole;
}

void run_saver::finish(const finished_run& run) {
  if (!m_failure.empty() || run.result.stopped) return;
  attempt([&] {
    m_store->write_totals(totals_of(run));
    m_store->write_frames(frame_rows(run));
    m_manifest.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    m_store->finish(m_manifest.wall_seconds, run.events.events().size() < run.events.total().events);
    m_store.reset();
    m_outputs.reset();
    remove_file(m_directory.file(output_log_name));
    m_directory.finish(m_manifest);
  });
}

}  // namespace spillway
