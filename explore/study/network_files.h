// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace spillway {

/// Where a path of a study leads: an absolute one as it is, another one from the study's folder.
std::filesystem::path path_of(const std::filesystem::path& folder, const std::string& given);

/// A network file of a study.
struct network_file {
  std::string path;  ///< that it is read from
  std::string file;  ///< as the study names it: from its folder, unless it says an absolute path
};

/// The network files that a study's words name: a file, every .onnx file of a folder, what a glob finds; in the order
/// of the words, files of a folder or a glob in the order of their names, each once. Throws `config_error` for a word
/// that finds nothing.
std::vector<network_file> network_files(const std::vector<std::string>& words, const std::filesystem::path& folder);

/// The first 16 hexadecimal digits of the SHA-256 of all that decides something, and of a file's bytes.
std::string study_hash(std::string_view content);
std::string study_file_hash(const std::string& path);

}  // namespace spillway
