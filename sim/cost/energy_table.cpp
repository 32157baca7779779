#include "sim/cost/energy_table.h"

#include <algorithm>
#include <filesystem>

#include "sim/base/data_folder.h"
#include "sim/base/paths.h"
#include "sim/base/suggest.h"
#include "sim/cost/table_reader.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

// Whether a name has the extension of a table.
bool has_extension(const fs::path& path) {
  const auto& readers = table_readers();
  return std::any_of(readers.begin(), readers.end(), [&](const TableReader& reader) {
    return path.extension() == reader.extension;
  });
}

// The tables in the folder energy/ beside a file, then the shipped ones.
std::vector<fs::path> named_tables(const std::string& beside) {
  std::vector<fs::path> folders = {fs::path(beside).parent_path() / "energy"};
  const std::string data = data_folder();
  if (!data.empty()) folders.push_back(fs::path(data) / "configs" / "energy");
  std::vector<fs::path> tables;
  for (const fs::path& directory : folders) {
    for (const std::string& name : names_in(directory))
      if (has_extension(name)) tables.push_back(directory / name);
  }
  return tables;
}

}  // namespace

EnergyTable load_energy_table(const std::string& path) {
  return load_energy_table(path, table_readers());
}

EnergyTable load_energy_table(const std::string& path, const std::vector<TableReader>& readers) {
  const auto reader = std::find_if(readers.begin(), readers.end() - 1,
                                   [&](const TableReader& one) { return one.recognises(path); });
  return reader->read(path);
}

std::vector<std::string> energy_table_names(const std::string& beside) {
  std::vector<std::string> names;
  for (const fs::path& table : named_tables(beside)) names.push_back(table.stem().string());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string find_energy_table(const std::string& name_or_path, const std::string& beside,
                              const Location& where) {
  const bool is_path = name_or_path.find('/') != std::string::npos || has_extension(name_or_path);
  const fs::path folder = fs::path(beside).parent_path();
  if (is_path) {
    const std::string path = folder / name_or_path;  // an absolute path replaces the folder
    require_file(path, "the energy table", where,
                 "give the path of a table, or the name of a shipped one");
    return path;
  }
  for (const fs::path& table : named_tables(beside))
    if (table.stem() == name_or_path) return table.string();
  if (data_folder().empty())
    throw Error(ErrorKind::config, where,
                "no energy table '" + name_or_path + "': " + own_program() +
                    " has no folder share/peeksim beside it or above",
                "name in the environment variable PEEKSIM_DATA the folder that holds configs");
  throw Error(ErrorKind::config, where, "unknown energy table '" + name_or_path + "'",
              suggest(name_or_path, energy_table_names(beside)));
}

std::string energy_table_path(const MachineSpec& machine, const std::string& machine_path) {
  // A relative path means: beside the file that names the table, or here for --set.
  const Location where = machine.location("energy");
  const std::string beside = where.file == "--set" ? "./" : where.file;
  const bool in_file = machine.where.count("energy") > 0;
  return find_energy_table(machine.energy, in_file ? beside : machine_path, where);
}

EnergyTable energy_table_of(const MachineSpec& machine, const std::string& machine_path) {
  return load_energy_table(energy_table_path(machine, machine_path));
}

}  // namespace peeksim
