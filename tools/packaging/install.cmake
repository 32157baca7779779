# What `cmake --install` puts where. The program finds share/peeksim from its own place
# (sim/base/data_folder.h), so an installed tree can be moved.
include(GNUInstallDirs)

# A build has the shipped files in the same place.
set(share ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${share}/peeksim)
foreach(folder configs workloads traces)
  file(RELATIVE_PATH target ${share}/peeksim ${PROJECT_SOURCE_DIR}/${folder})
  file(CREATE_LINK ${target} ${share}/peeksim/${folder} SYMBOLIC)
endforeach()

# The program itself writes its manual pages and completions.
set(manual ${share}/man/man1)
set(completions ${share}/completions)
add_custom_command(OUTPUT ${manual}/peeksim.1 ${completions}/peeksim ${completions}/_peeksim VERBATIM
  COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:peeksim> -DMANUAL=${manual} -DCOMPLETIONS=${completions}
          -P ${CMAKE_CURRENT_LIST_DIR}/manual.cmake
  DEPENDS peeksim ${CMAKE_CURRENT_LIST_DIR}/manual.cmake)
add_custom_target(manual ALL DEPENDS ${manual}/peeksim.1 ${completions}/peeksim ${completions}/_peeksim)

install(TARGETS peeksim)
install(DIRECTORY configs workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/peeksim FILES_MATCHING PATTERN "*.yaml"
  PATTERN "*.json" PATTERN "*.h5")
install(DIRECTORY traces DESTINATION ${CMAKE_INSTALL_DATADIR}/peeksim FILES_MATCHING PATTERN "*.h5" PATTERN "*.md")
install(FILES README.md ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.png"
  PATTERN "*.svg")
install(DIRECTORY ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${completions}/peeksim DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# Debian's zsh reads completions of packages from a folder of their own.
set(zsh_folder ${CMAKE_INSTALL_DATADIR}/zsh)
install(CODE "
  set(folder site-functions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr$\")
    set(folder vendor-completions)
  endif()
  file(INSTALL \"${completions}/_peeksim\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${zsh_folder}/\${folder}\")
")

# The Python package, and a program in bin for each script that its pyproject.toml names.
set(python_folder lib/python3/dist-packages) # Debian's, for any Python 3
if(EXISTS ${PROJECT_SOURCE_DIR}/tools/peeksim/__init__.py)
  install(DIRECTORY tools/peeksim DESTINATION ${python_folder} FILES_MATCHING PATTERN "*.py" PATTERN py.typed
    PATTERN __pycache__ EXCLUDE)
else()
  install(FILES tools/peeksim.py DESTINATION ${python_folder})
endif()
set(pyproject ${PROJECT_SOURCE_DIR}/tools/pyproject.toml)
if(EXISTS ${pyproject})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pyproject})
  file(STRINGS ${pyproject} scripts REGEX "^[a-z][a-z-]* = \"[a-z_.]+:[a-z_]+\"")
  foreach(script IN LISTS scripts)
    string(REGEX MATCH "^([a-z-]+) = \"([a-z_.]+):([a-z_]+)\"" unused "${script}")
    set(name ${CMAKE_MATCH_1})
    set(module ${CMAKE_MATCH_2})
    set(function ${CMAKE_MATCH_3})
    configure_file(${CMAKE_CURRENT_LIST_DIR}/script.py.in ${PROJECT_BINARY_DIR}/scripts/${name} @ONLY)
    install(PROGRAMS ${PROJECT_BINARY_DIR}/scripts/${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
  endforeach()
endif()
