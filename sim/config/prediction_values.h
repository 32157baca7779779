// Readers and writers of the values of a machine file that are more than one number: windows,
// peeks, thresholds and per-layer overrides.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/config/value.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

using ChannelThresholds = std::map<std::string, std::vector<double>>;

// All readers throw Error(config) at the value's place.
WindowSpec read_window(const Value& value);                     // [height, width]
PeekSpec read_peeks(const Value& value);                        // a pattern or [[row, col], ...]
ChannelThresholds read_channel_thresholds(const Value& value);  // {layer: [number or never, ...]}
std::vector<std::string> read_exclude(const Value& value);
std::vector<LayerPredictionOverride> read_layers(const Value& value,
                                                 const std::vector<std::string>& policies);

Value show_number(double number);  // the shortest text that reads back as the same number
Value show_text(const std::string& text);
Value show_window(const WindowSpec& window);
Value show_peeks(const PeekSpec& peeks);
Value show_channel_thresholds(const ChannelThresholds& thresholds);
Value show_exclude(const std::vector<std::string>& exclude);
Value show_layers(const std::vector<LayerPredictionOverride>& layers);

// The named patterns, as choices of a key.
std::vector<Choice> peek_choices();

// Throws Error(config) when a listed peek lies outside its window: for the machine as a whole, and
// for each entry of prediction.layers, taking its pattern as the name of a layer.
void require_peeks_inside_windows(const MachineSpec& machine);

}  // namespace peeksim
