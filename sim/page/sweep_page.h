// The report of a sweep as an HTML page: every finished point, its machine, and the command that
// runs it again. The data is stored in columns, and a text that many points share only once, so
// that ten thousand points make a small file.
#pragma once

#include <string>

#include "sim/sweep/store/sweep_sources.h"

namespace peeksim {

// The query whose rows sweep_page() needs: every metric, in the order of metrics(), then the energy
// of every component. earlier: points that the latest sweep file does not have, too.
RowQuery sweep_page_query(const std::string& scope, bool earlier);

// The data as JSON. A column of texts is {values: each distinct text, of: the index of each
// point's}; without `of` all points have the first.
//   sweep, scope      names
//   counts, errors    of points: {planned, failed, pending, left_out: finished ones of earlier
//                     plans}; [[text, points], ...]
//   shown, objectives metrics: names; [{metric, largest}]
//   positions         in the plan, a number or null for each point
//   units             how numbers of each unit are shown (page_units.h)
//   metrics           [{name, label, unit, meaning, largest,
//                     values: number or null for each point}]
//   axes              [{name, values, of, zero_is_unlimited}]
//   workloads         {values: [{network, file, path, synthetic, has_values, images, all_images,
//                     unrecorded: a sentence about MACs that the trace lacks, or ""}], of}
//   settings          [{key, values, of}]: every key of the points' machines
//   bases             [{path, settings: the index of the value of each key}]
//   thresholds        {file name: text}
//   warnings          {values, of}: what to beware of on each point's machine, a line each
//   plan_warnings     of the latest plan: sentences
//   prices            what energies were priced with: ["45nm (pJ), DRAM: generic", ...]
//   streamed_layers   how many layers each point's machine streams the weights of
// REQUIRES: read with sweep_page_query().
std::string sweep_page_data(const SweepReading& reading, const std::string& scope);

std::string sweep_page(const SweepReading& reading, const std::string& scope);

}  // namespace peeksim
