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
set(configure -S ${PROJECT_DIR} -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
step("configuring" ${CMAKE_COMMAND} ${configure} -B ${WORK_DIR}/build)
step("building" ${CMAKE_COMMAND} --build ${WORK_DIR}/build)
step("running" ${WORK_DIR}/build/consumer)
message(STATUS "${output}")

# Prices or certificates alone need none of these: here they can't be found.
foreach(package SystemC SystemCLanguage Protobuf OnnxProto SQLite3 SQLiteCpp OpenSSL Zip)
  list(APPEND without -D CMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
endforeach()
foreach(component certificates resource)
  set(build ${WORK_DIR}/${component})
  step("configuring ${component} alone" ${CMAKE_COMMAND} ${configure} ${without} -D COMPONENT=${component} -B ${build})
  step("building ${component} alone" ${CMAKE_COMMAND} --build ${build})
  step("running ${component} alone" ${build}/consumer)
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} ${configure} ${without} -D COMPONENT=sim -B ${WORK_DIR}/refused
                RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
if(result EQUAL 0)
  message(FATAL_ERROR "spillway::sim was found without SystemC: then the test above says nothing")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} ${configure} -D COMPONENT=simulation -B ${WORK_DIR}/refused
                RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(result EQUAL 0 OR NOT output MATCHES "there is no component simulation")
  message(FATAL_ERROR "a component that is not there: ${output}")
endif()

# A source keeps a reference to its inputs: a temporary must not compile.
step("configuring a dangling source" ${CMAKE_COMMAND} -D DANGLING=ON ${WORK_DIR}/build)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK_DIR}/build --target dangling
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "deleted function")
  message(FATAL_ERROR "a source of a temporary compiled, or failed for another reason:\n${output}")
endif()

# Every installed header can be included, whichever comes first: all of them, in this order and the other way round.
file(GLOB_RECURSE headers RELATIVE ${prefix}/${INCLUDE_DIR} ${prefix}/${INCLUDE_DIR}/*.h)
if(NOT headers)
  message(FATAL_ERROR "no headers were installed below ${INCLUDE_DIR}")
endif()
foreach(order forwards backwards)
  set(text "")
  foreach(header IN LISTS headers)
    string(APPEND text "#include \"spillway/${header}\"\n")
  endforeach()
  file(WRITE ${WORK_DIR}/headers/${order}.cpp "${text}")
  list(REVERSE headers)
endforeach()
step("configuring with every header" ${CMAKE_COMMAND} -D HEADER_SOURCES=${WORK_DIR}/headers ${WORK_DIR}/build)
step("building with every header" ${CMAKE_COMMAND} --build ${WORK_DIR}/build --target every_header)
