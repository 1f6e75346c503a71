// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/compare_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spillway/models/data/random_frames.h"
#include "spillway/models/load/step_files.h"
#include "spillway/models/onnx/hardware_file.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

bool is_input_assumed(const comparable_model& of) {
  const std::vector<assumption>& all = of.model().report().assumptions;
  return std::any_of(all.begin(), all.end(), [](const assumption& each) { return each.what == "input format"; });
}

/// A file that does not say what its input is takes pixels as what they are.
std::shared_ptr<const comparable_model> for_pixels(std::shared_ptr<const comparable_model> of, const dataset& data,
                                                   bool is_stated) {
  if (is_stated || data.reals || data.inputs.type != unsigned_type(8) || !is_input_assumed(*of)) return of;
  streamline_options options;
  options.integer_input = integer_format{unsigned_type(8), false, double{1.0F / 255.0F}};
  return std::make_shared<const comparable_model>(of->model().file(), options);
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::int64_t features_of(const comparable_model& of) { return file_features(of.integers()); }

/// For each element of [height, width, channels], that of [channels, height, width]; empty unless one shape is the
/// other's so.
std::vector<std::int64_t> channels_last_order(const std::vector<std::int64_t>& first,
                                              const std::vector<std::int64_t>& last) {
  if (first.size() != 4 || last.size() != 4 || first == last) return {};
  if (last[1] != first[2] || last[2] != first[3] || last[3] != first[1]) return {};
  std::vector<std::int64_t> order;
  const std::int64_t channels = first[1], positions = first[2] * first[3];
  for (std::int64_t p = 0; p < positions; ++p)
    for (std::int64_t c = 0; c < channels; ++c) order.push_back(c * positions + p);
  return order;
}

template <class T>
std::vector<T> reordered(const std::vector<T>& from, const std::vector<std::int64_t>& order) {
  std::vector<T> result;
  result.reserve(from.size());
  for (std::size_t frame = 0; frame < from.size(); frame += order.size())
    for (const std::int64_t element : order) result.push_back(from[frame + static_cast<std::size_t>(element)]);
  return result;
}

/// The data in the order of another file's frame.
dataset data_for(const step_model& file, const step_model& reference, const dataset& data) {
  const std::vector<std::int64_t>&from = reference.model->model().file().input_shape,
        &to = file.model->model().file().input_shape;
  if (features_of(*file.model) != features_of(*reference.model))
    throw input_error(fmt::format("{}: its input is {}, that of {} is {}; expected files of one network",
                                  shown_path(file.path), shape_text(to), shown_path(reference.path), shape_text(from)));
  dataset result = data;
  std::vector<std::int64_t> order = channels_last_order(from, to);
  if (order.empty()) {
    const std::vector<std::int64_t> back = channels_last_order(to, from);
    order.resize(back.size());
    for (std::size_t e = 0; e < back.size(); ++e)
      order[static_cast<std::size_t>(back[e])] = static_cast<std::int64_t>(e);
  }
  if (order.empty()) return result;
  if (result.reals)
    result.reals->values = reordered(result.reals->values, order);
  else
    result.inputs.words = reordered(result.inputs.words, order);
  return result;
}

void check_outputs(const step_model& file, const step_model& reference) {
  const std::size_t own = file.model->model().report().output.places.size(),
                    expected = reference.model->model().report().output.places.size();
  if (own == expected || file.model->labels() || reference.model->labels()) return;
  throw input_error(fmt::format("{}: it has {} outputs, {} has {}; expected files of one network",
                                shown_path(file.path), own, shown_path(reference.path), expected));
}

}  // namespace

std::vector<step_model> read_step_files(std::span<const std::string> paths, bool has_reference,
                                        const streamline_options& options) {
  std::vector<step_model> result;
  for (const std::filesystem::path& path : step_files(paths)) {
    step_model& file = result.emplace_back();
    file.path = path.string();
    try {
      network read = read_qonnx(path);
      try {
        file.model = std::make_shared<const comparable_model>(std::move(read), options);
      } catch (const input_error& refused) {
        throw input_error(fmt::format("{}: {}", shown_path(file.path), refused.what()));
      }
    } catch (const hardware_file_error& made) {
      if (has_reference && !paths.empty() && path == paths[0]) throw;
      const std::string prefix = shown_path(file.path) + ": ";
      file.left_out = made.what();
      if (file.left_out.starts_with(prefix)) file.left_out.erase(0, prefix.size());
    }
  }
  return result;
}

void check_comparable(std::span<const step_model> files) {
  const auto count = std::count_if(files.begin(), files.end(), [](const step_model& file) { return !!file.model; });
  if (count >= 2) return;
  throw input_error(fmt::format(
      "{}: {} of {} files can be compared; expected two or more of one network, before their conversion to hardware",
      files.empty() ? "" : shown_path(files[0].path), count, files.size()));
}

const step_model& reference_of(std::span<const step_model> files) {
  const auto found = std::find_if(files.begin(), files.end(), [](const step_model& file) { return !!file.model; });
  if (found == files.end()) throw input_error("there is no file to compare with; expected one or more");
  return *found;
}

dataset random_data(std::span<const step_model> files, std::int64_t frames, std::uint64_t seed) {
  const comparable_model& of = *reference_of(files).model;
  return random_frames(of.integers(), frames, seed, !is_input_assumed(of));
}

const file_comparison* files_comparison::first() const {
  const auto found =
      std::find_if(files.begin(), files.end(), [](const auto& file) { return file.of.first.has_value(); });
  return found == files.end() ? nullptr : &*found;
}

files_comparison compare_files(std::span<const step_model> files, const dataset& data,
                               const file_comparison_options& options) {
  step_model reference = reference_of(files);
  const step_model* const first = &reference_of(files);
  files_comparison result;
  result.reference = reference.path;
  result.data = data.name;
  result.frames = data.frames();
  std::uint64_t before = 0;
  const auto progress = [&](std::uint64_t frames) {
    return !options.on_progress || options.on_progress(before + frames);
  };
  const auto digest = [&](const comparable_model& of, const dataset& own) {
    value_digests made = of.digest(own, options.threads, progress);
    before += static_cast<std::uint64_t>(made.frames);
    result.stopped = made.stopped;
    return made;
  };
  reference.model = for_pixels(reference.model, data, options.input_is_stated);
  result.assumptions = reference.model->model().report().assumptions;
  const value_digests expected = digest(*reference.model, data);
  for (const step_model& each : files) {
    if (&each == first || result.stopped) continue;
    file_comparison& made = result.files.emplace_back();
    made.path = each.path;
    made.left_out = each.left_out;
    if (!each.model) continue;
    const step_model file{each.path, for_pixels(each.model, data, options.input_is_stated), {}};
    made.assumptions = file.model->model().report().assumptions;
    const dataset own = data_for(file, reference, data);
    check_outputs(file, reference);
    const value_digests found = digest(*file.model, own);
    if (!result.stopped) made.of = compare_models(*reference.model, expected, data, *file.model, found, own);
  }
  if (result.stopped && !result.files.empty()) result.files.pop_back();
  return result;
}

}  // namespace spillway
