# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets of SOURCE in BINARY with clang, and runs each for SECONDS from a corpus of our own files.
if(DEFINED ENV{SPILLWAY_FUZZ_SECONDS})
  set(SECONDS $ENV{SPILLWAY_FUZZ_SECONDS})
endif()
find_program(clang NAMES clang++ clang++-14)
if(NOT clang)
  message(STATUS "skipped: clang++ is not there (Debian's clang and libclang-rt-14-dev)")
  return()
endif()

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed)
  if(failed)
    list(JOIN ARGN " " line)
    message(FATAL_ERROR "failed: ${line}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G Ninja -DCMAKE_CXX_COMPILER=${clang} -DCMAKE_BUILD_TYPE=RelWithDebInfo
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only" -DSPILLWAY_FUZZ=ON)
set(targets qonnx folding arrays dataset run_directory)
list(TRANSFORM targets PREPEND fuzz_ OUTPUT_VARIABLE programs)
run(${CMAKE_COMMAND} --build ${BINARY} --target ${programs} fuzz_seeds)
file(REMOVE_RECURSE ${BINARY}/corpus)
foreach(target IN LISTS targets)
  file(MAKE_DIRECTORY ${BINARY}/corpus/${target})
endforeach()
run(${BINARY}/fuzz_seeds ${BINARY}/corpus)
foreach(target IN LISTS targets)
  run(${BINARY}/fuzz_${target} -max_total_time=${SECONDS} -rss_limit_mb=2000 -malloc_limit_mb=1000 -max_len=20000
      -timeout=120 -artifact_prefix=${BINARY}/ ${BINARY}/corpus/${target})
endforeach()
