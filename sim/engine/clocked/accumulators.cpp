#include "sim/engine/clocked/accumulators.h"

// A second copy for processors with wider vectors, which the program takes where it finds one. The
// sums are the same: no product is fused with its addition.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#define PEEKSIM_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define PEEKSIM_VECTORS
#endif

namespace peeksim::clocked {

namespace {

// In blocks of a width that the compiler knows: most arrays have that many columns or twice.
template <class Body>
[[gnu::always_inline]] inline void for_each_column(int columns, Body body) {
  constexpr int block = 16;
  int first = 0;
  for (; first + block <= columns; first += block)
    for (int i = 0; i < block; ++i) body(first + i);
  for (; first < columns; ++first) body(first);
}

// An operand of 0 is no case of its own: its product changes no sum, and a branch on it could not
// be foreseen.
template <class Product, class Sum>
[[gnu::always_inline]] inline void multiply_rows(const TileWork& tile, const float* activations,
                                                 const float* __restrict weights,
                                                 Sum* __restrict all_sums) {
  const int columns = tile.columns;
  for (const int row : tile.drain_rows) {
    const float* own = &activations[tile.shared_rows ? row : row * columns];
    const float* enable = &tile.enable[row * columns];
    const Product activation = own[0];
    Sum* __restrict sums = all_sums + row * columns;
    if (!tile.shared_rows)
      for_each_column(columns, [=](int i) {
        sums[i] += static_cast<Sum>(static_cast<Product>(own[i]) * weights[i] * enable[i]);
      });
    else if (tile.live_in_row[row] == columns)
      for_each_column(columns,
                      [=](int i) { sums[i] += static_cast<Sum>(activation * weights[i]); });
    else
      for_each_column(columns, [=](int i) {
        sums[i] += static_cast<Sum>(activation * weights[i] * enable[i]);
      });
  }
}

PEEKSIM_VECTORS
void multiply_tile(const TileWork& tile, const float* activations, const float* weights,
                   std::int32_t* sums) {
  multiply_rows<float>(tile, activations, weights, sums);
}

PEEKSIM_VECTORS
void multiply_tile(const TileWork& tile, const float* activations, const float* weights,
                   double* sums) {
  multiply_rows<double>(tile, activations, weights, sums);
}

}  // namespace

template <class Sum>
void Accumulators<Sum>::multiply(const TileWork& tile, const float* activations,
                                 const float* weights) {
  if (tile.jobs) {  // a column takes its own channel's weight
    weights_.resize(tile.columns);
    for (int column = 0; column < tile.columns; ++column)
      weights_[column] = weights[tile.channel[column]];
    weights = weights_.data();
  }
  multiply_tile(tile, activations, weights, sums_.data());
}

template class Accumulators<std::int32_t>;
template class Accumulators<double>;

PEEKSIM_VECTORS
int zero_operands(const TileWork& tile, const float* activations) {
  int zeros = 0;
  if (tile.shared_rows) {
    const int* live_in_row = tile.live_in_row.data();
    for (int row = 0; row < tile.rows; ++row)
      zeros += -int{activations[row] == 0.0f} & live_in_row[row];
  } else {
    const float* enable = tile.enable.data();
    const int pes = tile.rows * tile.columns;
    for (int pe = 0; pe < pes; ++pe)
      zeros += int{activations[pe] == 0.0f} & int{enable[pe] != 0.0f};
  }
  return zeros;
}

}  // namespace peeksim::clocked
