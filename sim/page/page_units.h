// The units of pages: how a number is shown is one row of a table for each unit that the tables of
// metrics have. kit.js reads the rows as data().units.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace peeksim {

// {name of the unit: {"shown": "µJ", or "" for a plain number, "scale": of a value that is shown,
// "decimals": of a scaled value, "adds_up": whether values of several images are sums}}.
// energy_unit: "pJ" or that of another energy table; "" when values are of different tables.
nlohmann::ordered_json units_json(const std::string& energy_unit);

}  // namespace peeksim
