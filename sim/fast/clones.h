// SPDX-License-Identifier: Apache-2.0
#pragma once

// One binary, the best code of the processor that runs it: GCC compiles these functions once for each target and picks
// one when the program starts. They are integer loops, so that the results are the same on all. Sanitizers and clang
// take the plain version.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SPILLWAY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SPILLWAY_CLONES
#endif
