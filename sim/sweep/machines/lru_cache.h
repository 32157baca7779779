// An LRU cache: values by key, bounded; what was used longest ago makes room.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace peeksim {

template <class T>
class LruCache {
 public:
  explicit LruCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null when it is not there. Valid until the next put().
  const T* find(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  void put(const std::string& key, T value, std::size_t bytes) {
    if (places_.count(key) > 0) return;
    entries_.push_front({key, std::move(value), bytes});
    places_[key] = entries_.begin();
    bytes_ += bytes;
    for (; bytes_ > most_bytes_ && entries_.size() > 1; entries_.pop_back()) {
      bytes_ -= entries_.back().bytes;
      places_.erase(entries_.back().key);
    }
  }

 private:
  struct Entry {
    std::string key;
    T value;
    std::size_t bytes;
  };
  std::size_t most_bytes_, bytes_ = 0;
  std::list<Entry> entries_;  // the latest first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> places_;
};

}  // namespace peeksim
