# Writes manual pages and completions, which the program prints: run by the build as
# cmake -DPROGRAM=peeksim -DMANUAL=FOLDER -DCOMPLETIONS=FOLDER -P manual.cmake
function(print_into file)
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE text RESULT_VARIABLE failed)
  if(NOT failed STREQUAL "0" OR text STREQUAL "")
    message(FATAL_ERROR "${PROGRAM} ${ARGN} printed nothing")
  endif()
  file(WRITE "${file}" "${text}")
endfunction()

execute_process(COMMAND ${PROGRAM} --man-page OUTPUT_VARIABLE names OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REPLACE "\n" ";" names "${names}")
file(REMOVE_RECURSE ${MANUAL})
foreach(name IN LISTS names)
  print_into(${MANUAL}/${name}.1 --man-page ${name})
endforeach()
print_into(${COMPLETIONS}/peeksim completion bash)
print_into(${COMPLETIONS}/_peeksim completion zsh)
