// The words of a Slurm job array.
#include "sim/sweep/cluster/slurm_array.h"

#include <doctest/doctest.h>

#include "sim/sweep/cluster/run_program.h"

using namespace peeksim;

TEST_CASE("shards are listed in ranges, as sbatch takes them") {
  CHECK(ranges_of({7}) == "7");
  CHECK(ranges_of({1, 2}) == "1-2");
  CHECK(ranges_of({1, 3, 4, 5, 9, 11, 12}) == "1,3-5,9,11-12");
}

TEST_CASE("a shell reads every word as it is") {
  for (const std::string word :
       {"plain/path-1.db", "two words", "it's", "", "$HOME `ls` \"q\" \\ * ; & | <x>", "a\nb", "~",
        "#", "x=y", "-n"}) {
    const ProgramResult result = run_program({"sh", "-c", "printf '%s' " + shell_word(word)});
    if (word != "-n") CHECK(result.out == word);
    CHECK(result.exit_code == 0);
  }
  CHECK(shell_word("/plain/path-1.db") == "/plain/path-1.db");
  CHECK(shell_word("$x") == "'$x'");
}

TEST_CASE("a program's output, errors and exit status are captured separately") {
  const ProgramResult result = run_program({"sh", "-c", "echo out; echo err >&2; exit 5"});
  CHECK(result.found);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK(result.exit_code == 5);
  CHECK(run_program({"sh", "-c", "kill -9 $$"}).exit_code == 137);
  CHECK(!run_program({"/no/such/program"}).found);
  CHECK(run_program({"sh", "-c", "yes | head -c 1000000"}).out.size() == 1000000);
}
