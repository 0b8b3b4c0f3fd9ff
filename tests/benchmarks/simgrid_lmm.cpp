// Solves one max-min problem with SimGrid's own solver: simgrid_lmm IN OUT.
//
// IN is little-endian: three int64 (rows, flows, entries), rows doubles (capacity), flows + 1 int64
// (entries of flow f are first[f] up to first[f + 1]), entries int32 (row), entries doubles (load).
// OUT gets flows doubles, the rates; standard output the CPU seconds of building and of solving, and
// the the bytes allocated for it.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include <malloc.h>

#include "src/kernel/lmm/System.hpp"
#include "src/kernel/lmm/maxmin.hpp"

namespace lmm = simgrid::kernel::lmm;

namespace {

double cpu_seconds()
{
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

long allocated_bytes()
{
  const auto info = mallinfo2();
  return static_cast<long>(info.uordblks + info.hblkhd);
}

template <class Value> std::vector<Value> read_values(FILE* file, std::size_t count)
{
  std::vector<Value> values(count);
  if (std::fread(values.data(), sizeof(Value), count, file) != count) {
    std::fputs("the input ends early\n", stderr);
    std::exit(2);
  }
  return values;
}

} // namespace

int main(int argc, char** argv)
{
  FILE* in = argc == 3 ? std::fopen(argv[1], "rb") : nullptr;
  if (in == nullptr) {
    std::fputs("usage: simgrid_lmm IN OUT\n", stderr);
    return 2;
  }
  const auto size     = read_values<std::int64_t>(in, 3);
  const auto capacity = read_values<double>(in, size[0]);
  const auto first    = read_values<std::int64_t>(in, size[1] + 1);
  const auto row      = read_values<std::int32_t>(in, size[2]);
  const auto load     = read_values<double>(in, size[2]);
  std::fclose(in);

  const long before  = allocated_bytes();
  const double begin = cpu_seconds();
  lmm::System* system = lmm::System::build("maxmin", false);
  std::vector<lmm::Constraint*> rows;
  rows.reserve(capacity.size());
  for (const double most : capacity)
    rows.push_back(system->constraint_new(nullptr, most));
  std::vector<lmm::Variable*> flows;
  flows.reserve(size[1]);
  for (std::int64_t flow = 0; flow < size[1]; ++flow) {
    flows.push_back(system->variable_new(nullptr, 1.0, -1.0, first[flow + 1] - first[flow]));
    for (std::int64_t entry = first[flow]; entry < first[flow + 1]; ++entry)
      system->expand(rows[row[entry]], flows.back(), load[entry]);
  }
  const double built = cpu_seconds();
  system->solve();
  const double solved = cpu_seconds();
  std::printf("%.6f %.6f %ld\n", built - begin, solved - built, allocated_bytes() - before);

  FILE* out = std::fopen(argv[2], "wb");
  if (out == nullptr)
    return 2;
  for (const auto* flow : flows) {
    const double rate = flow->get_value();
    std::fwrite(&rate, sizeof rate, 1, out);
  }
  return std::fclose(out) == 0 ? 0 : 2;
}
