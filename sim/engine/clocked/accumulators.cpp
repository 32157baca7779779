#include "sim/engine/clocked/accumulators.h"

#include "sim/base/vectors.h"

namespace peeksim::clocked {

namespace {

// In blocks of a width that the compiler knows. Unrolled, a block would be cut into vectors of
// several widths.
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
// be foreseen.

// Every row has one activation. Returns in how many PEs it is 0.
template <class Product, class Sum>
[[gnu::always_inline]] inline int multiply_rows(const TileWork& tile, int columns,
                                                TapActivations activations,
                                                const float* __restrict weights,
                                                Sum* __restrict all_sums) {
  int zeros = 0;
  for (const int row : tile.drain_rows) {
    const Product activation = activations[row];
    zeros += -int{activation == 0} & tile.live_in_row[row];
    const float* enable = &tile.enable[row * columns];
    Sum* __restrict sums = all_sums + row * columns;
    if (tile.live_in_row[row] == columns)
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
[[gnu::always_inline]] inline void multiply_pes(const TileWork& tile, int columns,
                                                TapActivations activations,
                                                const float* __restrict weights,
                                                Sum* __restrict all_sums) {
  for (const int row : tile.drain_rows) {
    const float* values = activations.values;
    const int* address = activations.address + row * columns;
    const float* enable = &tile.enable[row * columns];
    Sum* __restrict sums = all_sums + row * columns;
    for_each_column(columns, [=](int i) {
      sums[i] += static_cast<Sum>(Product{values[address[i]]} * weights[i] * enable[i]);
    });
  }
}

// Most arrays have as many columns as a block, and need no loop over blocks.
template <class Product, class Sum>
[[gnu::always_inline]] inline int multiply_all(const TileWork& tile, TapActivations activations,
                                               const float* weights, Sum* sums) {
  if (!tile.shared_rows) {
    multiply_pes<Product>(tile, tile.columns, activations, weights, sums);
    return zero_operands(tile, activations);
  }
  return tile.columns == block
             ? multiply_rows<Product>(tile, block, activations, weights, sums)
             : multiply_rows<Product>(tile, tile.columns, activations, weights, sums);
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

// Wider vectors would only take longer to fill.
int zero_operands(const TileWork& tile, TapActivations activations) {
  const int distinct = static_cast<int>(tile.distinct.size());
  const int* pes = tile.pes_at.data();
  int zeros = 0;
  for (int i = 0; i < distinct; ++i)
    zeros += -int{activations.values[activations.distinct[i]] == 0.0f} & pes[i];
  return zeros;
}

}  // namespace peeksim::clocked
