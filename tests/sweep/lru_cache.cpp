#include "sim/sweep/machines/lru_cache.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("an LRU cache evicts the least recently used entry") {
  LruCache<int> cache(10);
  cache.put("a", 1, 4);
  cache.put("b", 2, 4);
  CHECK(*cache.find("a") == 1);
  cache.put("c", 3, 4);  // b was used longest ago
  CHECK(cache.find("b") == nullptr);
  CHECK(*cache.find("a") == 1);
  CHECK(*cache.find("c") == 3);
  cache.put("a", 9, 4);  // it is there already
  CHECK(*cache.find("a") == 1);
  cache.put("huge", 5, 100);  // alone it may stay
  CHECK(*cache.find("huge") == 5);
  CHECK(cache.find("a") == nullptr);
}
