#include "sim/page/page.h"

#include "sim/base/bug.h"
#include "sim/base/error.h"
#include "sim/page/asset.h"

namespace peeksim {

namespace {

// The page loads nothing from outside; pictures that scripts draw are saved as blobs.
constexpr const char* policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:";

std::string_view asset(const std::string& name) {
  for (const Asset& candidate : assets())
    if (candidate.name == name) return candidate.text;
  throw bug(name, "is not embedded in the program");
}

// Inside a script element, "</" could end the element early; JSON may spell the slash "\/".
std::string json_in_script(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    out += json[i];
    if (json[i] == '<') {
      out.back() = '\\';
      out += "u003c";
    }
  }
  return out;
}

std::string script(std::string_view text) {
  return "<script>\n" + std::string(text) + "</script>\n";
}

}  // namespace

void require_pages() {
  if (!assets().empty()) return;
  throw Error(ErrorKind::usage, "", "this peeksim was built without HTML pages",
              "build it with -DPEEKSIM_PAGES=ON, which needs Chart.js (Debian's libjs-chart.js)");
}

std::string html_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string make_page(const PageParts& parts) {
  require_pages();
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
      html_text(policy) +
      "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      html_text(parts.title) + "</title>\n<style>\n" + std::string(asset("page.css")) +
      "</style>\n</head>\n<body>\n<main id=\"page\">\n"
      "<noscript>This page draws its charts with JavaScript, which is switched off.</noscript>\n"
      "</main>\n<script type=\"application/json\" id=\"data\">\n" +
      json_in_script(parts.data) + "\n</script>\n";
  page += script(asset("chart.min.js"));
  page += script(asset("kit.js"));
  for (const std::string& name : parts.scripts) page += script(asset(name));
  return page + "</body>\n</html>\n";
}

}  // namespace peeksim
