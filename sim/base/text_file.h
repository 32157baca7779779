// Reads files that people write: machines, workloads, thresholds, results. Their size is limited,
// so that a device, a pipe without an end or a wrong file is an error at once and does not fill the
// memory.
#pragma once

#include <string>

namespace peeksim {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t max_text_bytes = 64 * mebibyte;
// Of a line of JSON: a request of a batch, or an event of a log, which itself has no limit.
constexpr std::size_t max_line_bytes = 16 * mebibyte;

// "is larger than 64 MiB": what an error says of a text that has more bytes than `max`.
std::string larger_than(std::size_t max);

// The bytes of a file. Throws Error(config): missing, unreadable, a folder, larger than the limit.
// remedy: for a file that cannot be read; "": what check_path() says (data_folder.h).
std::string read_text_file(const std::string& path, const std::string& remedy = "");

}  // namespace peeksim
