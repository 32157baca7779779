#include "sim/cli/shell/man_page.h"

#include <cctype>

#include "sim/report/files/version.h"

namespace peeksim {

namespace {

// Text in which roff sees no command: no backslash of its own, no line that begins with . or '.
// "\-" is the hyphen of a command line, which can be copied and searched.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool begins_line = out.empty() || out.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string section(const std::string& title, const std::string& body) {
  return ".SH " + title + "\n" + body;
}

}  // namespace

std::string man_page_name(const std::string& command) {
  std::string name = command;
  for (char& c : name)
    if (c == ' ') c = '-';
  return name;
}

std::string man_title(const std::string& command, const std::string& summary) {
  std::string title;
  for (const char c : man_page_name(command))
    title += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return ".TH " + title + " 1 \"\" \"peeksim " + program_version() + "\" \"peeksim\"\n" +
         ".nh\n.ad l\n" +  // no word is divided: a command can be copied
         section("NAME", plain(man_page_name(command)) + " \\- " + plain(summary) + "\n");
}

std::string man_text(const std::string& title, const std::string& text) {
  return section(title, plain(text) + "\n");
}

std::string man_rows(const std::string& title, const std::vector<HelpRow>& rows) {
  std::string body;
  for (const HelpRow& row : rows)
    body += ".TP\n\\fB" + plain(row.term) + "\\fR\n" + plain(row.meaning) + "\n";
  return section(title, body);
}

std::string man_lines(const std::string& title, const std::vector<std::string>& lines) {
  std::string body;
  for (const std::string& line : lines) body += plain(line) + "\n";
  return section(title, ".nf\n" + body + ".fi\n");
}

std::string man_see_also(const std::vector<std::string>& pages) {
  std::string body;
  for (const std::string& page : pages)
    body += ".BR " + plain(page) + " (1)" + (page == pages.back() ? "\n" : ",\n");
  return section("SEE ALSO", body);
}

}  // namespace peeksim
