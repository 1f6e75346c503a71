// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A header of the project's own at a path that the library has, too: it must not get in the library's way, nor the
/// other way round.
inline const char* own_error() { return "the project's own"; }
