// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <system_error>
#include <utility>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/file_draft.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/synthesis_script.h"
#include "spillway/rtl/test_bench.h"
#include "spillway/rtl/top.h"

namespace spillway {

namespace {

/// The sources of a top module: itself, those made for it, and those of rtl/sv that all of them name.
std::vector<rtl_file> sources_of(const detail::rtl_top& top) {
  std::string text = top.text;
  std::vector<rtl_file> files{{top.name + ".sv", top.text}};
  for (const detail::rtl_module& source : top.sources) {
    text += source.text;
    files.push_back({source.name + ".sv", "// SPDX-License-Identifier: Apache-2.0\n" + source.text});
  }
  for (const std::string& module : modules_named_in(text))
    files.push_back({module + ".sv", std::string(find_rtl_source(module).text)});
  return files;
}

/// A legal name that is none of the library's modules, of the top's ports, or Verilator's own.
std::string top_name(const std::string& wanted) {
  rtl_names names;
  for (const rtl_source& source : rtl_sources()) names.make(source.module);
  for (const char* taken : {"TOP", "clk", "rst", "spillway_queued_mvau", "spillway_queued_vvau"}) names.make(taken);
  for (const char* end : {"s_axis_", "m_axis_"})
    for (const char* port : {"tdata", "tlast", "tvalid", "tready"}) names.make(std::string(end) + port);
  return names.make(wanted);
}

/// The recipe of docs/cost-model.md on these sources.
std::string synthesis_script(const std::vector<rtl_file>& sources, const std::string& name, bool with_dsp) {
  std::string text = fmt::format(
      "# Made by spillway rtl. What {0} takes, in LUTs, registers and memories: run `yosys -s synth.ys` in this "
      "folder.\n"
      "# The counts are in {0}.stat and the netlist is in {0}.json afterwards. docs/cost-model.md says why these "
      "steps.\n"
      "read_verilog -sv -defer",
      name);
  for (const rtl_file& file : sources) text += " " + file.name;
  return fmt::format("{0}\n{1}tee -o {2}.stat stat\nwrite_json {2}.json\n", text, yosys_steps({"xc7", with_dsp, name}),
                     name);
}

}  // namespace

rtl_files make_rtl(const dataflow& flow, const rtl_options& options) {
  const std::string name = top_name(options.name.empty() ? flow.name : options.name);
  const detail::rtl_top top = detail::make_top(flow, name, options.memory_folder, options.outputs);
  rtl_files made{name, sources_of(top)};
  std::vector<std::string> list;
  for (const rtl_file& file : made.files) list.push_back(file.name);
  std::string script = synthesis_script(made.files, name, top.text.find(".USE_DSP(1)") != std::string::npos);
  std::vector<std::string> memories;
  for (const detail::rtl_memory_file& memory : top.memories) memories.push_back(memory.name);
  std::vector<rtl_file> kit = detail::make_vivado_kit(flow, name, list, memories, top.outputs, options.vivado);
  made.files.push_back({name + ".f", lines_of(list)});
  made.files.push_back({"synth.ys", std::move(script)});
  for (const detail::rtl_memory_file& memory : top.memories)
    made.files.push_back({memory.name, lines_of(memory.words)});
  for (rtl_file& file : kit) made.files.push_back(std::move(file));
  if (!options.frames) return made;
  for (rtl_file& file : detail::make_test_bench(flow, top, *options.frames, options.memory_folder))
    made.files.push_back(std::move(file));
  return made;
}

namespace {

/// Moves what stands in one folder to another, file by file.
void move_files(const rtl_files& made, const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const rtl_file& file : made.files) {
    std::error_code failed;
    std::filesystem::rename(from / file.name, to / file.name, failed);
    if (failed) throw_io_error((to / file.name).string(), "write the file", failed.value());
  }
}

/// The names of a set of files.
std::vector<std::string> names_of(const rtl_files& made) {
  std::vector<std::string> names;
  for (const rtl_file& file : made.files) names.push_back(file.name);
  return names;
}

/// A folder for files that are not complete; what it still holds goes with it, by name.
class draft_folder {
 public:
  draft_folder(const std::filesystem::path& folder, std::vector<std::string> names)
      : m_path(folder / "unfinished"), m_names(std::move(names)) {
    std::error_code failed;
    std::filesystem::create_directories(m_path, failed);
    if (failed) throw_io_error(m_path.string(), "make the folder", failed.value());
    remove_stale_drafts(m_path, m_names);
  }
  ~draft_folder() {
    std::error_code ignored;
    for (const std::string& name : m_names) std::filesystem::remove(m_path / name, ignored);
    std::filesystem::remove(m_path, ignored);
  }
  draft_folder(const draft_folder&) = delete;
  draft_folder& operator=(const draft_folder&) = delete;
  const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path;
  std::vector<std::string> m_names;
};

}  // namespace

void write_rtl(const rtl_files& made, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw_io_error(folder.string(), "make the folder", failed.value());
  const draft_folder drafts(folder, names_of(made));
  for (const rtl_file& file : made.files) write_file_atomically((drafts.path() / file.name).string(), file.text);
  move_files(made, drafts.path(), folder);
}

integer_tensor random_test_frames(const stream_shape& shape, std::int64_t frames, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  integer_tensor values = integer_tensor::zeros(shape.type, {frames, shape.beats * shape.lanes});
  for (std::int64_t i = 0; i < values.size(); ++i)
    for (int word = 0, left = shape.type.bits; left > 0; ++word, left -= 64) {
      const int shift = std::max(0, 64 - left);
      const std::uint64_t drawn = generator() << shift;
      const bool extends = shape.type.is_signed && left <= 64;
      values.at(i)[word] =
          extends ? static_cast<std::int64_t>(drawn) >> shift : static_cast<std::int64_t>(drawn >> shift);
      if (shape.type.is_bipolar) values.at(i)[word] = drawn != 0 ? 1 : -1;
    }
  return values;
}

}  // namespace spillway
