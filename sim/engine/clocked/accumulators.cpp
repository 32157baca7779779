#include "sim/engine/clocked/accumulators.h"

// Further copies for processors with wider vectors, of which the program takes the widest it can.
// The sums are the same: no product is fused with its addition.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#define PEEKSIM_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PEEKSIM_VECTORS
#endif

namespace peeksim::clocked {

namespace {

// In blocks of a width that the compiler knows.
constexpr int block = 16;

template <class Body>
[[gnu::always_inline]] inline void for_each_column(int columns, Body body) {
  int first = 0;
  for (; first + block <= columns; first += block)
#pragma GCC unroll 1
    for (int i = 0; i < block; ++i) body(first + i);
  for (; first < columns; ++first) body(first);
}

// An operand of 0 is no case of its own: its product changes no sum, and a branch on it could not
// be foreseen. These return the enabled PEs with one.

// Every row has one activation.
template <class Product, class Sum>
[[gnu::always_inline]] inline int multiply_rows(const TileWork& tile, int columns,
                                                TapActivations activations,
                                                const float* __restrict weights,
                                                Sum* __restrict all_sums) {
  int zeros = 0;
  for (const int row : tile.drain_rows) {
    const Product activation = activations[row];
    const float* enable = &tile.enable[row * columns];
    Sum* __restrict sums = all_sums + row * columns;
    const int live = tile.live_in_row[row];
    zeros += -int{activation == 0} & live;
    if (live == columns)
      for_each_column(columns,
                      [=](int i) { sums[i] += static_cast<Sum>(activation * weights[i]); });
    else
      for_each_column(columns, [=](int i) {
        sums[i] += static_cast<Sum>(activation * weights[i] * enable[i]);
      });
  }
  return zeros;
}

// Every PE has its own.
template <class Product, class Sum>
[[gnu::always_inline]] inline int multiply_pes(const TileWork& tile, int columns,
                                               TapActivations activations,
                                               const float* __restrict weights,
                                               Sum* __restrict all_sums) {
  int zeros = 0;
  for (const int row : tile.drain_rows) {
    const float* values = activations.values;
    const int* address = activations.address + row * columns;
    const float* enable = &tile.enable[row * columns];
    Sum* __restrict sums = all_sums + row * columns;
    for_each_column(columns, [=, &zeros](int i) {
      const float activation = values[address[i]];
      zeros += int{activation == 0.0f} & int{enable[i] != 0.0f};
      sums[i] += static_cast<Sum>(Product{activation} * weights[i] * enable[i]);
    });
  }
  return zeros;
}

// Most arrays have as many columns as a block, and need no loop over blocks.
template <class Product, class Sum>
[[gnu::always_inline]] inline int multiply_all(const TileWork& tile, TapActivations activations,
                                               const float* weights, Sum* sums) {
  if (!tile.shared_rows)
    return multiply_pes<Product>(tile, tile.columns, activations, weights, sums);
  if (tile.columns == block) return multiply_rows<Product>(tile, block, activations, weights, sums);
  return multiply_rows<Product>(tile, tile.columns, activations, weights, sums);
}

PEEKSIM_VECTORS
int multiply_tile(const TileWork& tile, TapActivations activations, const float* weights,
                  std::int32_t* sums) {
  return multiply_all<float>(tile, activations, weights, sums);
}

PEEKSIM_VECTORS
int multiply_tile(const TileWork& tile, TapActivations activations, const float* weights,
                  double* sums) {
  return multiply_all<double>(tile, activations, weights, sums);
}

}  // namespace

template <class Sum>
int Accumulators<Sum>::multiply(const TileWork& tile, TapActivations activations,
                                const float* weights) {
  if (tile.jobs) {  // a column takes its own channel's weight
    weights_.resize(tile.columns);
    for (int column = 0; column < tile.columns; ++column)
      weights_[column] = weights[tile.channel[column]];
    weights = weights_.data();
  }
  return multiply_tile(tile, activations, weights, sums_.data());
}

template class Accumulators<std::int32_t>;
template class Accumulators<double>;

PEEKSIM_VECTORS
int zero_operands(const TileWork& tile, TapActivations activations) {
  const float* values = activations.values;
  const int* address = activations.address;
  int zeros = 0;
  if (tile.shared_rows) {
    const int* live_in_row = tile.live_in_row.data();
    for (int row = 0; row < tile.rows; ++row)
      zeros += -int{values[address[row]] == 0.0f} & live_in_row[row];
  } else {
    const float* enable = tile.enable.data();
    const int pes = tile.rows * tile.columns;
    for (int pe = 0; pe < pes; ++pe)
      zeros += int{values[address[pe]] == 0.0f} & int{enable[pe] != 0.0f};
  }
  return zeros;
}

}  // namespace peeksim::clocked
