// A seeded random field [K,P,Q] with spatial correlation, bit-identical on every machine: it is
// computed in integers (held in doubles, all below 2^53), so that no rounding, no order of
// summation and no mathematical library can change it.
#pragma once

#include <cstdint>
#include <vector>

namespace peeksim {

constexpr double max_correlation = 100;  // outputs; keeps the sums below 2^53

// The n-th of a stream of independent 64-bit random numbers (SplitMix64).
std::uint64_t random_bits(std::uint64_t stream, std::uint64_t n);

// A different stream for every pair.
std::uint64_t derive_stream(std::uint64_t stream, std::uint64_t number);

// Approximately normal numbers of mean 0 and standard deviation `deviation`, smoothed within each
// channel by a separable bell of which the autocorrelation falls to about 1/e at a distance of
// `correlation` outputs (0: white). The plane is a torus: there is no edge effect.
struct Field {
  std::vector<double> values;  // [K,P,Q], integers
  double deviation = 1;
};
Field make_field(std::uint64_t stream, int K, int P, int Q, double correlation);

// Shifts a field so that exactly round(share * values) of its values are <= 0; equal values count
// in order of position.
void place_zeros(std::vector<double>& values, double share);

}  // namespace peeksim
