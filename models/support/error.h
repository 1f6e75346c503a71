// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace spillway {

/// The root of everything that Spillway throws. `what()` is one line that says what is wrong, where, and what would
/// be right. The command turns the class into its exit code.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value that the caller gave is illegal: a width of 0, a fold that does not divide, an unknown key.
class config_error : public error {
 public:
  using error::error;
};

/// The contents of a file are wrong: truncated, corrupt, of another kind, or beyond what can be taken.
class input_error : public error {
 public:
  using error::error;
};

/// The operating system refused: no such file, no permission, a full disk.
class io_error : public error {
 public:
  using error::error;
};

/// A streaming unit saw something that its protocol forbids: a beat of the wrong width, TLAST in the wrong place.
class protocol_error : public error {
 public:
  using error::error;
};

}  // namespace spillway
