// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/result_files.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/traces/sqlite.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> databases{"run.sqlite", "study.sqlite"};
constexpr std::array<const char*, 3> beside_databases{"-journal", "-wal", "-shm"};
constexpr const char* report_list = "files.json";
constexpr const char* report_schema = "spillway-report-files-1";

/// What is there afterwards is not there: a file that can't be removed is the system's refusal.
void remove_file(const fs::path& path) {
  std::error_code failed;
  fs::remove(path, failed);
  if (failed) throw_io_error(path.string(), "remove the file", failed.value());
}

void move_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) throw_io_error(to.string(), "replace the file", failed.value());
}

bool stands_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// A journal belongs to one database: left beside another one, it would be rolled back into that.
void settle_journal(const fs::path& database) {
  if (stands_there(database.string() + "-journal") || stands_there(database.string() + "-wal")) try {
      sqlite_database(database.string(), sqlite_database::access::read).select("SELECT name FROM sqlite_schema");
    } catch (const error&) {
      // What can't be settled is about to be replaced.
    }
  for (const char* ending : beside_databases) remove_file(database.string() + ending);
}

/// NAME.csv below data/, NAME.json below specs/: a path that a report may have written.
bool is_report_path(const fs::path& path) {
  const auto parts = std::distance(path.begin(), path.end());
  if (parts != 2 || path.filename() == "..") return false;
  const fs::path folder = *path.begin();
  return (folder == "data" && path.extension() == ".csv") || (folder == "specs" && path.extension() == ".json");
}

std::vector<std::string> noted_report_files(const fs::path& directory) {
  std::vector<std::string> files;
  const fs::path list = directory / "report" / report_list;
  if (!stands_there(list)) return files;
  try {
    const auto json = nlohmann::json::parse(read_file(list.string(), 1 << 20));
    if (json.at("schema") != report_schema) return files;
    for (const auto& file : json.at("files"))
      if (is_report_path(file.get<std::string>())) files.push_back(file);
  } catch (const nlohmann::json::exception&) {
    files.clear();  // not ours
  }
  return files;
}

constexpr const char* tensor_list = "tensors.json";
constexpr const char* tensor_schema = "spillway-tensors-1";
constexpr std::int64_t longest_list = 1 << 24;

/// The files of tensors that a folder notes: plain names that end in .npy.
std::vector<std::string> noted_tensor_files(const fs::path& directory) {
  std::vector<std::string> files;
  const fs::path list = directory / tensor_folder / tensor_list;
  if (!stands_there(list)) return files;
  try {
    const auto json = nlohmann::json::parse(read_file(list.string(), longest_list));
    if (json.at("schema") != tensor_schema) return files;
    for (const auto& tensor : json.at("tensors")) {
      const fs::path file = tensor.at("file").get<std::string>();
      if (file.filename() == file && file.extension() == ".npy") files.push_back(file.string());
    }
  } catch (const nlohmann::json::exception&) {
    files.clear();  // not ours
  }
  return files;
}

/// Puts the tensors of a new result in the place of those of its directory. The new result keeps its list of them until
/// it is removed, so that this may be repeated.
void move_tensors(const fs::path& from, const fs::path& to) {
  const fs::path list = from / tensor_folder / tensor_list;
  if (!stands_there(list)) return remove_tensors(to);
  std::error_code failed;
  fs::create_directories(to / tensor_folder, failed);
  if (failed) throw_io_error((to / tensor_folder).string(), "make the directory", failed.value());
  const std::vector<std::string> files = noted_tensor_files(from);
  for (const std::string& file : noted_tensor_files(to))
    if (std::find(files.begin(), files.end(), file) == files.end()) remove_file(to / tensor_folder / file);
  for (const std::string& file : files)
    if (stands_there(from / tensor_folder / file)) move_file(from / tensor_folder / file, to / tensor_folder / file);
  write_file_atomically((to / tensor_folder / tensor_list).string(), read_file(list.string(), longest_list));
}

/// The results of a kind by name; of every kind, and what a run needs to go on, if it is empty.
std::vector<std::string> files_of_kind(std::string_view kind) {
  if (kind == "run") return {"outputs.npy", "output_scale.npy", "output_bias.npy", "outputs_real.npy", "run.sqlite"};
  if (kind == "study") return {"study.sqlite", "study.json"};
  if (kind == "sweep") return {"points.json"};
  if (kind == "profile") return {"profile.json", "profile.csv", "run.sqlite"};
  return {"outputs.npy", "output_scale.npy", "output_bias.npy", "outputs_real.npy", "run.sqlite",        "study.sqlite",
          "study.json",  "points.json",      "profile.json",    "profile.csv",      "outputs.unfinished"};
}

/// True of the files of all of several outputs but the first: outputs_2.npy, output_scale_2.npy.
bool is_numbered_output(const std::string& name) {
  if (!name.starts_with("output") || !name.ends_with(".npy")) return false;
  const std::size_t line = name.find_last_of('_');
  const std::string_view digits = std::string_view(name).substr(line + 1, name.size() - line - 5);
  return line != std::string::npos && !digits.empty() &&
         digits.find_first_not_of("0123456789") == std::string_view::npos;
}

/// One of those, or the outputs of one point of a sweep, or one of several outputs.
bool is_result(const std::string& name, const std::vector<std::string>& own) {
  const bool is_point = name.starts_with("outputs-") && name.ends_with(".npy");
  return is_point || is_numbered_output(name) || std::find(own.begin(), own.end(), name) != own.end();
}

}  // namespace

std::vector<std::string> result_file_names() {
  std::vector<std::string> names{"outputs.npy",      "output_scale.npy",   "output_bias.npy",
                                 "outputs_real.npy", "outputs.unfinished", "study.json",
                                 "points.json",      "profile.json",       "profile.csv"};
  for (const std::string database : databases) {
    for (const char* ending : beside_databases) names.push_back(database + ending);
    names.push_back(database + ".copy");
    names.push_back(database);
  }
  names.emplace_back("manifest.json");
  return names;
}

void remove_unfinished(const fs::path& folder, std::string_view kept) {
  remove_tensors(folder);
  for (const std::string& name : result_file_names())
    if (name != kept) remove_file(folder / name);
}

void install_result(const fs::path& directory, std::string_view kind) {
  const fs::path made = directory / unfinished_folder;
  remove_report(directory);
  move_tensors(made, directory);
  for (const char* database : databases) settle_journal(directory / database);
  const std::vector<std::string> own = files_of_kind(kind);
  for (const std::string& name : files_of_kind(""))
    if (std::find(own.begin(), own.end(), name) == own.end()) remove_file(directory / name);
  std::vector<fs::path> earlier;
  for (const auto& entry : fs::directory_iterator(directory))
    if (is_numbered_output(entry.path().filename().string()) && !stands_there(made / entry.path().filename()))
      earlier.push_back(entry.path());
  for (const fs::path& path : earlier) remove_file(path);
  // A file that is not in the folder any more was moved before an interruption.
  std::vector<fs::path> moved;
  for (const auto& entry : fs::directory_iterator(made))
    if (is_result(entry.path().filename().string(), own)) moved.push_back(entry.path());
  for (const fs::path& path : moved) move_file(path, directory / path.filename());
  move_file(made / "manifest.json", directory / "manifest.json");
  remove_unfinished(made);
  std::error_code not_empty;  // something of the user's stays
  fs::remove(made, not_empty);
}

void note_tensor_files(const fs::path& folder, const std::vector<noted_tensor>& tensors) {
  nlohmann::ordered_json json{{"schema", tensor_schema}, {"tensors", nlohmann::ordered_json::array()}};
  for (const noted_tensor& each : tensors)
    json["tensors"].push_back({{"name", each.name}, {"file", each.file}, {"shape", each.shape}});
  write_file_atomically((folder / tensor_list).string(),
                        json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void remove_tensors(const fs::path& directory) {
  const fs::path folder = directory / tensor_folder;
  for (const std::string& file : noted_tensor_files(directory)) remove_file(folder / file);
  if (stands_there(folder / tensor_list)) remove_file(folder / tensor_list);
  std::error_code not_empty;
  fs::remove(folder, not_empty);
}

void note_report_files(const fs::path& directory, const std::vector<std::string>& files) {
  for (const std::string& earlier : noted_report_files(directory))
    if (std::find(files.begin(), files.end(), earlier) == files.end()) remove_file(directory / "report" / earlier);
  const nlohmann::ordered_json json{{"schema", report_schema}, {"files", files}};
  write_file_atomically((directory / "report" / report_list).string(), json.dump(2) + "\n");
}

void remove_report(const fs::path& directory) {
  const fs::path report = directory / "report";
  for (const char* page : {"report.html", "against.html"}) remove_file(directory / page);
  for (const std::string& file : noted_report_files(directory)) remove_file(report / file);
  if (stands_there(report / report_list)) remove_file(report / report_list);
  std::error_code not_empty;
  for (const fs::path& folder : {report / "data", report / "specs", report}) fs::remove(folder, not_empty);
}

}  // namespace spillway
