// An engine whose blocks are SystemC modules: a job is one of the kernel's.
#pragma once

#include <vector>

#include "sim/engine/engine.h"
#include "sim/engine/kernel/kernel.h"

namespace peeksim {

class KernelEngine : public Engine {
 public:
  std::vector<Counters> simulate(const Job& job, Observer& observer) final {
    return kernel_.job([&] {
      std::vector<Counters> counters;
      for (std::size_t i = 0; i < job.images.size(); ++i)
        counters.push_back(simulate_image(job, static_cast<int>(i), observer));
      return counters;
    });
  }

  bool exhausted() const final { return kernel_.exhausted(); }

 protected:
  // Of the image's place in the job.
  virtual Counters simulate_image(const Job& job, int image, Observer& observer) = 0;

 private:
  Kernel kernel_;
};

}  // namespace peeksim
