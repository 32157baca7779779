# Where the program finds its files (sim/base/data_folder.h).

# A build has the shipped files in the same place.
set(share ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${share}/peeksim)
foreach(folder configs workloads traces)
  file(RELATIVE_PATH target ${share}/peeksim ${PROJECT_SOURCE_DIR}/${folder})
  file(CREATE_LINK ${target} ${share}/peeksim/${folder} SYMBOLIC)
endforeach()
