#include "sim/page/page.h"

#include <doctest/doctest.h>

#include <string>

using namespace peeksim;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a page names no other file and no address that a browser would ask for") {
  const std::string page = make_page({"a title", "{}", {"run_report.js"}});
  for (const char* way : {"<link", "src=\"", "@import", "url(", "<iframe", "fetch("})
    CHECK_MESSAGE(!contains(page, way), way);
  CHECK(contains(page, "default-src 'none'"));
}

TEST_CASE("a title or a name in the data cannot end its element") {
  const std::string page =
      make_page({"</title><b>&\"", "{\"name\":\"</script><!--\"}", {"run_report.js"}});
  CHECK(contains(page, "<title>&lt;/title&gt;&lt;b&gt;&amp;&quot;</title>"));
  CHECK(contains(page, "{\"name\":\"\\u003c/script>\\u003c!--\"}"));
}

TEST_CASE("the same parts give the same bytes") {
  const PageParts parts = {"t", "[1,2]", {"run_report.js"}};
  CHECK(make_page(parts) == make_page(parts));
}
