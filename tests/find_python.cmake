# Sets PEEKSIM_PYTHON to an interpreter that has the packages of the extractor and its tests. The
# first python3 on a PATH is often not the system's, and then has none of Debian's packages.
set(PEEKSIM_PYTHON "" CACHE FILEPATH "Python with numpy, h5py, torch, torchvision, PIL, skimage, onnx, optuna, yaml, pandas and selenium")
if(NOT PEEKSIM_PYTHON)
  foreach(candidate $ENV{PEEKSIM_PYTHON} /usr/bin/python3 python3)
    execute_process(COMMAND ${candidate} -c "import numpy, h5py, torch, torchvision, PIL, skimage, onnx, optuna, yaml, pandas, selenium"
                    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(failed STREQUAL "0")
      set(PEEKSIM_PYTHON ${candidate} CACHE FILEPATH "" FORCE)
      break()
    endif()
  endforeach()
endif()
if(NOT PEEKSIM_PYTHON)
  message(FATAL_ERROR "No python3 with numpy, h5py, torch, torchvision, PIL, skimage, onnx, optuna, yaml, pandas and selenium was found for the tests. "
    "Install Debian's python3-numpy python3-h5py python3-torch python3-torchvision python3-pil python3-skimage python3-onnx python3-optuna python3-yaml python3-pandas python3-selenium, or set "
    "PEEKSIM_PYTHON to an interpreter that has them, or configure with -DPEEKSIM_TESTS=OFF.")
endif()
message(STATUS "Python for the tests: ${PEEKSIM_PYTHON}")
