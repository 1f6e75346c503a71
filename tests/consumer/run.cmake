# SPDX-License-Identifier: Apache-2.0
# Run by ctest: installs BUILD_DIR below WORK_DIR, then configures, builds and runs PROJECT_DIR against that alone.
function(step what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
set(prefix ${WORK_DIR}/prefix)
step("cmake --install (is everything built?)" ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
step("configuring" ${CMAKE_COMMAND} -S ${PROJECT_DIR} -B ${WORK_DIR}/build -G ${GENERATOR}
     -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
step("building" ${CMAKE_COMMAND} --build ${WORK_DIR}/build)
step("running" ${WORK_DIR}/build/consumer)
message(STATUS "${output}")

# Every installed header can be included, whichever comes first: all of them, in this order and the other way round.
file(GLOB_RECURSE headers RELATIVE ${prefix}/${INCLUDE_DIR} ${prefix}/${INCLUDE_DIR}/*.h)
if(NOT headers)
  message(FATAL_ERROR "no headers were installed below ${INCLUDE_DIR}")
endif()
foreach(order forwards backwards)
  set(text "")
  foreach(header IN LISTS headers)
    string(APPEND text "#include \"${header}\"\n")
  endforeach()
  file(WRITE ${WORK_DIR}/headers/${order}.cpp "${text}")
  list(REVERSE headers)
endforeach()
step("configuring with every header" ${CMAKE_COMMAND} -D HEADER_SOURCES=${WORK_DIR}/headers ${WORK_DIR}/build)
step("building with every header" ${CMAKE_COMMAND} --build ${WORK_DIR}/build --target every_header)
