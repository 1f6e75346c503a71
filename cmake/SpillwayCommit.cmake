# SPDX-License-Identifier: Apache-2.0
# spillway_commit(SOURCE_DIR COMMIT DATE): the commit of the sources and its date (RFC 5322). git says them in a clone,
# cmake/commit.txt in what `git archive` made, where git has put them in.
function(spillway_commit source_dir commit date)
  set(${commit} unknown PARENT_SCOPE)
  set(${date} "Thu, 01 Jan 1970 00:00:00 +0000" PARENT_SCOPE)
  find_program(SPILLWAY_GIT git)
  mark_as_advanced(SPILLWAY_GIT)
  if(SPILLWAY_GIT AND EXISTS ${source_dir}/.git)
    # Without optional locks: a build does not disturb whoever commits meanwhile.
    set(git ${SPILLWAY_GIT} -C ${source_dir} --no-optional-locks)
    execute_process(COMMAND ${git} log -1 --format=%H%n%aD OUTPUT_VARIABLE lines RESULT_VARIABLE failed ERROR_QUIET
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
  else()
    file(READ ${source_dir}/cmake/commit.txt lines)
    string(STRIP "${lines}" lines)
  endif()
  if(failed OR NOT lines MATCHES "^([0-9a-f]+)\n(.+)$")
    return()
  endif()
  string(SUBSTRING ${CMAKE_MATCH_1} 0 12 short)
  if(changes)
    string(APPEND short -changed)
  endif()
  set(${commit} ${short} PARENT_SCOPE)
  set(${date} "${CMAKE_MATCH_2}" PARENT_SCOPE)
endfunction()
