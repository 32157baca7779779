// Layers of i8 arithmetic with zero points and 16-bit ofmaps: the clocked engine computes what
// NumPy computes from docs/trace-format.md, and zero activations are those equal to the zero point.
#include <doctest/doctest.h>

#include <cctype>

#include "sim/run/run.h"
#include "tests/support/both_engines.h"
#include "tests/support/fresh_kernel.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

// A trace of one image and three layers. "counted" is small enough to count its zeros by hand,
// "grouped" has two groups, uneven padding and a clipped 16-bit ofmap, "added" a residual with a
// zero point of its own. The outcome of its last line can be spoiled by `change` (Python).
void write_trace(const std::string& path, const std::string& change) {
  const std::string text = R"(import h5py, sys, numpy as np
f = h5py.File(sys.argv[1], 'w', libver='latest')
f.attrs.update(format='peeksim-trace', version=2, network='tiny', origin='a test', synthetic=0,
               images=1)
random = np.random.default_rng(1)

def add(name, x, zx, w, bias, so, limit, pad, groups=1, residual=None, zr=0):
    top, left, bottom, right = pad
    sx, sr, sw = np.float32(0.02), np.float32(0.3), np.full(len(w), 0.05, 'f4')
    sw[0], so = 0.03, np.float32(so)
    real = np.pad(x.astype('i8') - zx, ((0, 0), (top, bottom), (left, right)))
    K, C, R, S = w.shape
    P, Q = real.shape[1] - R + 1, real.shape[2] - S + 1
    acc = np.empty((K, P, Q), 'i8')
    for k in range(K):
        first = k // (K // groups) * C
        for p in range(P):
            for q in range(Q):
                window = real[first:first + C, p:p + R, q:q + S]
                acc[k, p, q] = bias[k] + (window * w[k].astype('i8')).sum()
    y = acc * (np.float64(sx) * np.float64(sw) / np.float64(so))[:, None, None]
    if residual is not None:
        y = y + (residual.astype('i8') - zr) * (np.float64(sr) / np.float64(so))
    ofmap = np.clip(np.rint(y), -limit, limit)
    g = f.create_group(f'layers/{len(f.get("layers", ())):04}')
    g.attrs.update(name=name, kind='conv', activation='relu', ifmap_shape=x.shape,
                   weight_shape=w.shape, ofmap_shape=ofmap.shape, stride=[1, 1], pad=pad,
                   dilation=[1, 1], groups=groups, residual=int(residual is not None),
                   arithmetic='i8')
    def put(tensor, data, scale=None, zero_point=None):
        data = data if tensor in ('weight', 'bias') else data[None]
        g.create_dataset(tensor, data=data, chunks=data.shape, fletcher32=True)
        if scale is not None:
            g[tensor].attrs['scale'] = scale
        if zero_point is not None:
            g[tensor].attrs['zero_point'] = zero_point
    put('ofmap', ofmap.astype('i1' if limit == 127 else '>i2'), so)
    put('ifmap', x, sx, zx)
    put('weight', w, sw)
    put('bias', np.array(bias, 'i4'))
    if residual is not None:
        put('residual', residual, sr, zr)
    return ofmap

def some(low, high, *shape):
    return random.integers(low, high, shape, endpoint=True).astype('i1')

add('counted', np.array([[[3, 0], [7, 3]]], 'i1'), 3, some(-127, 127, 2, 1, 2, 2), [5, -9], 0.01,
    127, [1, 1, 1, 1])
clipped = add('grouped', np.maximum(some(-200 + 72, 0, 4, 5, 6), -110), -128,
              some(-127, 127, 6, 2, 3, 3), [100, -5000, 0, 3, 70000, 1], 0.003, 32767,
              [1, 0, 1, 2], groups=2)
assert (abs(clipped) == 32767).any() and ((abs(clipped) > 127) & (abs(clipped) < 32767)).any()
add('added', some(-128, 127, 3, 6, 6), 127, some(-127, 127, 5, 3, 1, 1), [0, 1, 2, 3, 4], 1.5, 127,
    [0, 0, 0, 0], residual=some(-128, 127, 5, 6, 6), zr=-128)
)" + change + "\n";
  write_bytes(path + ".py", text);
  run_python(path + ".py", "'" + path + "'");
}

RunResult run_on(const std::string& engine, const MachineSpec& machine, const std::string& trace) {
  RunOptions options;
  options.engine = engine;
  options.check_values = engine == "clocked";
  fresh_kernel();
  return run_trace(machine, Trace(trace), {}, options);
}

MachineSpec small_machine(const std::string& policy) {
  MachineSpec machine;
  machine.name = "m";
  machine.array.rows = machine.array.cols = 4;
  machine.prediction.policy = policy;
  return machine;
}

}  // namespace

TEST_CASE(
    "layers with zero points and 16-bit ofmaps are computed to the bit, in both engines alike") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  write_trace(path, "");
  for (const std::string policy : {"none", "peek"}) {
    for (const bool skip : {false, true}) {
      MachineSpec machine = small_machine(policy);
      machine.array.skip_zero_activations = skip;
      const RunResult event = run_on("event", machine, path);
      const RunResult clocked = run_on("clocked", machine, path);
      for (std::size_t i = 0; i < 3; ++i) {
        CAPTURE(event.layers[i].layer.name);
        CHECK(difference(event.layers[i].counters.machine, clocked.layers[i].counters.machine) ==
              "");
        CHECK(event.layers[i].zeros_known);
      }
    }
  }
}

TEST_CASE("the zero activations are those equal to the zero point, and the padding") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  write_trace(path, "");
  for (const std::string engine : {"event", "clocked"}) {
    CAPTURE(engine);
    const RunResult result = run_on(engine, small_machine("none"), path);
    const Counters& counted = result.layers[0].counters.machine;
    // 2 channels of 3x3 outputs of 2x2 taps. Each of the 4 activations is under 4 taps of a
    // channel, so padding is under 36 - 16. Two activations are the zero point, 3; the integer 0 is
    // none.
    CHECK(counted.macs_total == 2 * 36);
    CHECK(counted.macs_zero_gated == 2 * (20 + 2 * 4));
  }
}

TEST_CASE("a wrong output, and a wrong zero point, of a quantised layer are found") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  for (const auto& spoiled : std::vector<std::pair<std::string, std::string>>{
           {"f['layers/0001/ofmap'][0, 3, 2, 1] += 1", "layer 'grouped': image 0: channel 3, "},
           {"f['layers/0000/ofmap'][0, 1, 0, 2] -= 1", "layer 'counted': image 0: channel 1, "},
           {"f['layers/0001/ifmap'].attrs['zero_point'] = -127", "layer 'grouped': image 0: "},
           {"f['layers/0002/residual'].attrs['zero_point'] = -120", "layer 'added': image 0: "}}) {
    const auto& change = spoiled.first;
    const auto& layer = spoiled.second;
    CAPTURE(change);
    write_trace(path, change);
    const std::string message =
        message_of(ErrorKind::trace, [&] { run_on("clocked", small_machine("none"), path); });
    CHECK_MESSAGE(contains(message, layer), message);
    CHECK_NOTHROW(run_on("event", small_machine("none"), path));
  }
}
