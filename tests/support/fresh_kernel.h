// A new SystemC kernel for each test. The kernel elaborates once; a used one is left behind with
// all its objects, because deleting it would free them twice.
#pragma once

#include <systemc>
#include <utility>
#include <vector>

namespace peeksim {

// Makes an object that is never deleted: modules, and what holds them, stay with their kernel.
template <class T, class... Args>
T& leave_behind(Args&&... args) {
  static auto* all = new std::vector<T*>();  // reachable, so that no leak checker minds
  all->push_back(new T(std::forward<Args>(args)...));
  return *all->back();
}

inline void fresh_kernel() {
  sc_core::sc_curr_simcontext = &leave_behind<sc_core::sc_simcontext>();
  sc_core::sc_default_global_context = sc_core::sc_curr_simcontext;
}

}  // namespace peeksim
