// An LRU cache with a limit in bytes: the least recently used entries are evicted, but never the
// newest one.
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
  explicit LruCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Null when the key is not in the cache. Valid until the next put().
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
    for (; bytes_ > max_bytes_ && entries_.size() > 1; entries_.pop_back()) {
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
  std::size_t max_bytes_, bytes_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> places_;
};

}  // namespace peeksim
