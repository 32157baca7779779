#include "sim/trace/layer_groups.h"

#include <algorithm>

namespace peeksim::hdf5 {

namespace {

constexpr int max_groups = 100000, max_depth = 100;

class Walk {
 public:
  Walk(const std::vector<std::string>& datasets,
       const std::function<void(const Object&, const std::string&)>& visit)
      : datasets_(datasets), visit_(visit) {}

  void enter(const Object& group, const std::string& path) {
    // Groups can lie in each other in a circle.
    if (++groups_ > max_groups || std::count(path.begin(), path.end(), '/') > max_depth)
      group.fail("the file has more groups than a trace has layers", "name a group for each layer");
    const bool is_layer =
        std::any_of(datasets_.begin(), datasets_.end(),
                    [&](const std::string& name) { return has_link(group, name); });
    if (is_layer) visit_(group, path);
    for (const std::string& name : link_names(group)) {
      if (std::find(datasets_.begin(), datasets_.end(), name) != datasets_.end()) continue;
      enter(open_group(group, name), path.empty() ? name : path + "/" + name);
    }
  }

 private:
  const std::vector<std::string>& datasets_;
  const std::function<void(const Object&, const std::string&)>& visit_;
  int groups_ = 0;  // visited
};

}  // namespace

void visit_layer_groups(
    const Object& file, const std::vector<std::string>& datasets,
    const std::function<void(const Object& group, const std::string& path)>& visit) {
  Walk(datasets, visit).enter(file, "");
}

}  // namespace peeksim::hdf5
