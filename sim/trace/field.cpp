#include "sim/trace/field.h"

#include <algorithm>
#include <cmath>

namespace peeksim {

namespace {

// The sum of four uniform 16-bit numbers, less its mean.
double bell_noise(std::uint64_t bits) {
  const auto sum = static_cast<std::int64_t>((bits & 0xffff) + ((bits >> 16) & 0xffff) +
                                             ((bits >> 32) & 0xffff) + (bits >> 48));
  return static_cast<double>(sum - 2 * 0xffff);
}

const double noise_variance = 4 * (65536.0 * 65536.0 - 1) / 12;

// The triweight bell (1 - (x/R)^2)^3 with R = 1.5 correlation, whose standard deviation is R/3,
// in integers and wrapped around a circle of `size` positions. Autocorrelation exp(-(d/2s)^2)
// of a normal bell of deviation s = correlation/2 is 1/e at d = correlation.
std::vector<double> wrapped_bell(double correlation, int size) {
  const double radius = 1.5 * correlation;
  const int reach = std::max(0, static_cast<int>(std::ceil(radius)) - 1);
  std::vector<double> taps(static_cast<std::size_t>(std::min(2 * reach + 1, size)), 0.0);
  for (int x = -reach; x <= reach; ++x) {
    const double t = x == 0 ? 1.0 : 1.0 - x * x / (radius * radius);
    taps[static_cast<std::size_t>(x + reach) % taps.size()] += std::floor(1024.0 * t * t * t + 0.5);
  }
  return taps;
}

double sum_of_squares(const std::vector<double>& taps) {
  double sum = 0;
  for (const double tap : taps) sum += tap * tap;
  return sum;
}

void add_scaled(double* to, const double* from, double factor, int count) {
  for (int i = 0; i < count; ++i) to[i] += factor * from[i];
}

// Smooths a row: row[x] becomes the sum of taps[j] * row[x + j], around the circle.
void smooth_row(double* row, int size, const std::vector<double>& taps, std::vector<double>& wide) {
  wide.assign(row, row + size);
  for (std::size_t j = 0; j + 1 < taps.size(); ++j) wide.push_back(wide[j]);
  std::fill(row, row + size, 0.0);
  for (std::size_t j = 0; j < taps.size(); ++j) add_scaled(row, wide.data() + j, taps[j], size);
}

}  // namespace

std::uint64_t random_bits(std::uint64_t stream, std::uint64_t n) {
  std::uint64_t z = stream + (n + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::uint64_t derive_stream(std::uint64_t stream, std::uint64_t number) {
  return random_bits(random_bits(stream, number), 0);
}

Field make_field(std::uint64_t stream, int K, int P, int Q, double correlation) {
  const std::vector<double> row_taps = wrapped_bell(correlation, Q);
  const std::vector<double> column_taps = wrapped_bell(correlation, P);
  const std::size_t plane = static_cast<std::size_t>(P) * static_cast<std::size_t>(Q);
  Field field;
  field.deviation =
      std::sqrt(noise_variance * sum_of_squares(row_taps) * sum_of_squares(column_taps));
  field.values.assign(static_cast<std::size_t>(K) * plane, 0.0);
  std::vector<double> rows(plane), wide;
  for (int k = 0; k < K; ++k) {
    const std::size_t first = static_cast<std::size_t>(k) * plane;
    for (std::size_t i = 0; i < plane; ++i) rows[i] = bell_noise(random_bits(stream, first + i));
    for (int p = 0; p < P; ++p)
      smooth_row(&rows[static_cast<std::size_t>(p * Q)], Q, row_taps, wide);
    double* values = &field.values[first];
    for (int p = 0; p < P; ++p) {
      for (std::size_t j = 0; j < column_taps.size(); ++j) {
        const int from = (p + static_cast<int>(j)) % P;
        add_scaled(values + p * Q, &rows[static_cast<std::size_t>(from * Q)], column_taps[j], Q);
      }
    }
  }
  return field;
}

void place_zeros(std::vector<double>& values, double share) {
  if (values.empty()) return;
  const auto zeros =
      static_cast<std::size_t>(std::floor(share * static_cast<double>(values.size()) + 0.5));
  std::vector<double> sorted = values;
  const std::size_t rank = zeros == 0 ? 0 : zeros - 1;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank),
                   sorted.end());
  const double threshold = sorted[rank];
  std::size_t equal_zeros = zeros;  // values at the threshold that become zeros
  for (const double value : values) equal_zeros -= value < threshold ? 1 : 0;
  for (double& value : values) {
    const bool tie_too_many = value == threshold && equal_zeros == 0;
    if (value == threshold && equal_zeros > 0) --equal_zeros;
    value = tie_too_many ? 0.5 : value - threshold;
  }
}

}  // namespace peeksim
