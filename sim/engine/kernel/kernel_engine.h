// The base class of engines whose blocks are SystemC modules: it runs their jobs on the kernel.
#pragma once

#include <vector>

#include "sim/base/overflow.h"
#include "sim/engine/engine.h"
#include "sim/engine/kernel/kernel.h"

namespace peeksim {

class KernelEngine : public Engine {
 public:
  std::vector<Counters> simulate(const Job& job, Observer& observer) final {
    return name_overflow(job.setup->layer.name, [&] {
      return kernel_.job([&] {
        std::vector<Counters> counters;
        for (std::size_t i = 0; i < job.images.size(); ++i)
          counters.push_back(simulate_image(job, static_cast<int>(i), observer));
        return counters;
      });
    });
  }

  bool exhausted() const final { return kernel_.exhausted(); }

 protected:
  // image: its index in the job.
  virtual Counters simulate_image(const Job& job, int image, Observer& observer) = 0;

 private:
  Kernel kernel_;
};

}  // namespace peeksim
