// A line of `peeksim batch`. Files that it names are looked up from the repository's root.
#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/batch_request.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  static const Vocabulary words = vocabulary();
  const RequestOutline outline = outline_of(bytes);
  BatchRequest request;
  try {
    read_request(bytes, 1, words, request);
  } catch (const Error& error) {  // the line has an answer
    answer(request, error.what(), error.kind());
    throw;
  }
  require(outline.id == request.id, "the outline of a request has another id");
  answer_excluded(request);
}

}  // namespace peeksim
