// Sound HDF5 files that are not traces, or contradict themselves, made with h5py.
#include <doctest/doctest.h>

#include <cstring>

#include "sample.h"

using namespace peeksim;

namespace {

// How to spoil a trace (Python; `f` is the file, `g` its first layer), and a part of the message.
struct Case {
  std::string change;
  std::string part;
};

// For every change a valid two-layer trace, spoiled by it: FOLDER/0.h5, FOLDER/1.h5, ...
void write_traces(const TempFolder& folder, const std::vector<std::string>& changes,
                  const std::string& file_options = "libver='latest'") {
  const std::string program = folder.path("write.py");
  std::string text = "import h5py, sys, numpy as np\n";
  for (std::size_t i = 0; i < changes.size(); ++i) {
    text += "with h5py.File(sys.argv[1] + '" + std::to_string(i) + ".h5', 'w', " + file_options +
            R"() as f:
    f.attrs.update(format='peeksim-trace', version=1, network='tiny', origin='a test', synthetic=0,
                   images=2)
    for i, (name, C, K) in enumerate([('conv1', 3, 8), ('conv2', 8, 4)]):
        g = f.create_group(f'layers/{i:04}')
        g.attrs.update(name=name, kind='conv', activation='relu', ifmap_shape=[C, 6, 6],
                       weight_shape=[K, C, 3, 3], ofmap_shape=[K, 6, 6], stride=[1, 1],
                       pad=[1, 1, 1, 1], dilation=[1, 1], groups=1, residual=0)
        x = np.random.default_rng(i).standard_normal((2, K, 6, 6)).astype('f4')
        g.create_dataset('ofmap', data=x, chunks=(1, K, 6, 6), compression='gzip', fletcher32=True)
    g = f['layers/0000']
    )" + changes[i] +
            "\n";
  }
  write_bytes(program, text);
  run_python(program, "'" + folder.path("") + "'");
}

void check_refusals(const std::vector<Case>& cases) {
  const TempFolder folder;
  std::vector<std::string> changes;
  for (const Case& one : cases) changes.push_back(one.change);
  write_traces(folder, changes);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string path = folder.path(std::to_string(i) + ".h5");
    CAPTURE(cases[i].change);
    const std::string message = message_of(ErrorKind::trace, [&] {
      const Trace trace(path);
      std::vector<float> values;
      for (std::size_t layer = 0; layer < trace.info().layers.size(); ++layer) {
        for (const int image : {0, 1}) trace.read_ofmap(layer, image, values);
      }
    });
    CHECK_MESSAGE(contains(message, path + ": "), message);
    CHECK_MESSAGE(contains(message, cases[i].part), message);
    CHECK_MESSAGE(contains(message, "; "), message);  // a remedy
  }
}

// Replaces a dataset of the first layer.
std::string put(const std::string& name, const std::string& arguments) {
  return "g.pop('" + name + "', None); g.create_dataset('" + name + "', " + arguments + ")";
}

}  // namespace

TEST_CASE("a foreign HDF5 file and a newer version are refused") {
  check_refusals({
      {"del f.attrs['format']", "is an HDF5 file, but not a trace"},
      {"f.attrs['format'] = 'keras'", "is an HDF5 file, but not a trace"},
      {"f.attrs['version'] = 3", "has format version 3, this program reads versions up to 2"},
      {"f.attrs['version'] = 0", "@version is 0"},
  });
}

TEST_CASE("a missing attribute, group or dataset is named") {
  std::vector<Case> cases;
  for (const std::string name : {"version", "network", "origin", "synthetic", "images"}) {
    cases.push_back({"del f.attrs['" + name + "']", "attribute @" + name + " is missing"});
  }
  for (const std::string name : {"kind", "activation", "ifmap_shape", "weight_shape", "ofmap_shape",
                                 "stride", "pad", "dilation", "groups", "residual"}) {
    cases.push_back(
        {"del g.attrs['" + name + "']", "layers/0000 (conv1): attribute @" + name + " is missing"});
  }
  cases.push_back({"del g.attrs['name']", "layers/0000: attribute @name is missing"});
  cases.push_back({"del g['ofmap']", "layers/0000 (conv1): dataset 'ofmap' is missing"});
  cases.push_back({"del f['layers']", "group 'layers' is missing"});
  cases.push_back({"del f['layers']; f.create_group('layers')", "layers: holds no layer"});
  cases.push_back(
      {"f.move('layers/0000', 'layers/0002')", "group '0001' stands where 0000 is expected"});
  check_refusals(cases);
}

TEST_CASE("an attribute of another type, length or range is named") {
  check_refusals({
      {"f.attrs['network'] = 3", "attribute @network must hold text"},
      {"f.attrs['network'] = 'a\\nb'", "attribute @network holds a line break"},
      {"f.attrs['images'] = 2.0", "attribute @images must hold integers"},
      {"f.attrs['images'] = 0", "attribute @images holds 0, expected 1 to"},
      {"f.attrs['prediction'] = 'tiny'",
       "attribute @prediction is 'tiny', expected 'closed loop: MACHINE, settings DIGEST'"},
      {"f.attrs['prediction'] = 'closed loop: '", "attribute @prediction is 'closed loop: '"},
      {"f.attrs['prediction'] = 'closed loop: , settings 12'", "is 'closed loop: , settings 12'"},
      {"f.attrs['prediction'] = 1", "attribute @prediction must hold text"},
      {"f.attrs['synthetic'] = 2", "attribute @synthetic holds 2, expected 0 to 1"},
      {"f.attrs['unrecorded_macs'] = -1",
       "attribute @unrecorded_macs holds -1, expected 0 to 9007199254740992"},
      {"f.attrs['unrecorded_macs'] = np.uint64(2**53 + 1)",
       "@unrecorded_macs holds 90071992547409"},
      {"f.attrs['unrecorded_macs'] = np.uint64(2**64 - 1)", "attribute @unrecorded_macs holds"},
      {"f.attrs['unrecorded_macs'] = 1e9", "attribute @unrecorded_macs must hold integers"},
      {"f.attrs['unrecorded'] = 3", "attribute @unrecorded must hold text"},
      {"f.attrs['unrecorded'] = 'a\\nb'", "attribute @unrecorded holds a line break"},
      {"g.attrs['stride'] = [1, 1, 1]", "attribute @stride holds 3 values, expected 2"},
      {"g.attrs['stride'] = 1", "attribute @stride holds 1 values, expected 2"},
      {"g.attrs['stride'] = [0, 1]", "attribute @stride holds 0, expected 1 to"},
      {"g.attrs['pad'] = [-1, 0, 0, 0]", "attribute @pad holds -1"},
      {"g.attrs['groups'] = np.uint64(2**64 - 1)", "attribute @groups holds"},
      {"g.attrs['kind'] = 'con'", "@kind is 'con'; did you mean 'conv'?"},
      {"g.attrs['activation'] = 'relu8'", "@activation is 'relu8'; did you mean 'relu'?"},
      {"g.attrs['name'] = ''", "@name is empty"},
      {"g.attrs['name'] = 'conv2'", "layers/0001 (conv2): an earlier layer has the same"},
  });
}

TEST_CASE("shapes that contradict each other are named with what was expected") {
  check_refusals({
      {"g.attrs['ofmap_shape'] = [8, 5, 6]",
       "layers/0000 (conv1): @ofmap_shape is [8,5,6], but ifmap, kernel, stride, pad and "
       "dilation give [8,6,6]; "},
      {"g.attrs['stride'] = [2, 2]", "give [8,3,3]"},
      {"g.attrs['dilation'] = [2, 2]", "give [8,4,4]"},
      {"g.attrs['weight_shape'] = [8, 2, 3, 3]",
       "@weight_shape is [8,2,3,3], but @ifmap_shape has 3 channels in 1 group(s)"},
      {"g.attrs['groups'] = 3", "3 channels in 3 group(s)"},
      {"g.attrs['weight_shape'] = [8, 3, 9, 9]", "impossible shape"},
      {"g.attrs['kind'] = 'fc'", "impossible shape"},
      {"f.attrs['images'] = 3",
       "layers/0000 (conv1)/ofmap: the dataset's shape is [2,8,6,6], but the attributes "
       "say [3,8,6,6]"},
      {put("ofmap", "data=np.zeros((2, 8, 6), 'f4')"), "shape is [2,8,6]"},
      {put("ifmap", "data=np.zeros((2, 3, 6, 7), 'f4')"),
       "(conv1)/ifmap: the dataset's shape is [2,3,6,7]"},
      {put("weight", "data=np.zeros((8, 3, 3), 'f4')"), "(conv1)/weight"},
      {put("bias", "data=np.zeros(3, 'f4')"), "(conv1)/bias"},
      {put("residual", "data=np.zeros((2, 8, 6, 6), 'f4')"), "but @residual is 0"},
      {"f['labels'] = [1, 2, 3]", "labels: the dataset's shape is [3], but @images is 2"},
      {"f['image_names'] = ['a']", "image_names: the dataset's shape is [1]"},
      {"f['labels'] = [1.5, 2]", "labels: dataset must hold integers"},
  });
}

TEST_CASE("a dataset of another type, chunking, filter or place is named") {
  std::vector<Case> cases;
  cases.push_back({put("ofmap", "data=np.zeros((2, 8, 6, 6), 'f8')"), "type is not f4, f2 or i1"});
  cases.push_back({put("ofmap", "data=np.zeros((2, 8, 6, 6), 'u1')"), "type is not f4, f2 or i1"});
  cases.push_back({put("ofmap", "data=np.zeros((2, 8, 6, 6), 'i1')"),
                   "(conv1)/ofmap: attribute @scale is missing"});
  for (const std::string scale : {"0.0", "-1.0", "np.nan", "np.inf", "1e300"}) {
    cases.push_back({put("ofmap", "data=np.zeros((2, 8, 6, 6), 'i1')") +
                         "; g['ofmap'].attrs['scale'] = " + scale,
                     "expected a positive number"});
  }
  cases.push_back({put("ofmap", "data=np.zeros((2, 8, 6, 6), 'f4'), chunks=(2, 8, 6, 6)"),
                   "the chunks have shape [2,8,6,6], expected one image per chunk"});
  cases.push_back({put("ofmap",
                       "data=np.zeros((2, 8, 6, 6), 'f4'), chunks=(1, 8, 6, 6), "
                       "compression='lzf'"),
                   "the filter 'lzf' (32000) is a plug-in"});
  cases.push_back({put("ofmap", "shape=(2, 8, 6, 6), dtype='f4', chunks=(1, 8, 6, 6)"),
                   "(conv1)/ofmap: image 0: was never written"});
  cases.push_back(
      {put("ofmap", "shape=(2, 8, 6, 6), dtype='f4', chunks=(1, 8, 6, 6)") + "; g['ofmap'][0] = 1",
       "(conv1)/ofmap: image 1: was never written"});
  cases.push_back({put("ofmap", "shape=(2, 8, 6, 6), dtype='f4'"), "image 0: was never written"});
  cases.push_back({"del g['ofmap']; g['ofmap'] = h5py.SoftLink('/layers/0001/ofmap')",
                   "'ofmap' is a soft or external link"});
  cases.push_back({"del g['ofmap']; g['ofmap'] = h5py.ExternalLink('other.h5', '/ofmap')",
                   "'ofmap' is a soft or external link"});
  cases.push_back(
      {"del g['ofmap']; v = h5py.VirtualLayout((2, 8, 6, 6), 'f4'); "
       "v[:] = h5py.VirtualSource('other.h5', 'x', (2, 8, 6, 6)); "
       "g.create_virtual_dataset('ofmap', v)",
       "the values lie in another file"});
  cases.push_back({put("ofmap", "shape=(2, 8, 6, 6), dtype='f4', external=[('raw.bin', 0, 2304)]"),
                   "the values lie in another file"});
  cases.push_back({"del g['ofmap']; g.create_group('ofmap')", "the dataset cannot be opened"});
  cases.push_back({"del f['layers']; f['layers'] = [1]", "is not a group"});
  check_refusals(cases);
}

TEST_CASE("no dataset takes its values from another file, whatever it holds") {
  std::vector<Case> cases;
  for (const std::string made :
       {"f, 'labels', (2,), 'i4'", "f, 'image_names', (2,), 'S8'", "g, 'ifmap', (2, 3, 6, 6), 'f4'",
        "g, 'weight', (8, 3, 3, 3), 'f4'", "g, 'bias', (8,), 'f4'"}) {
    const std::string part = ": the values lie in another file; a trace is one file";
    cases.push_back({"o, n, s, t = " + made +
                         "; o.create_dataset(n, s, t, external=[('/etc/passwd', 0, 2592)])",
                     part});
    cases.push_back({"o, n, s, t = " + made +
                         "; v = h5py.VirtualLayout(s, t); v[:] = h5py.VirtualSource('x.h5', 'x', "
                         "s); o.create_virtual_dataset(n, v)",
                     part});
  }
  check_refusals(cases);
}

TEST_CASE("a shape that claims more memory than any real layer is refused, not allocated") {
  check_refusals({
      {"g.attrs.update(ifmap_shape=[3, 32768, 32768], ofmap_shape=[8, 32768, 32768]); " +
           put("ofmap", "shape=(2, 8, 32768, 32768), dtype='f4', chunks=(1, 1, 1, 1)"),
       "one image has more than 2^28 values"},
      {"g.attrs['ifmap_shape'] = [3, 2**40, 6]", "attribute @ifmap_shape holds"},
  });
}

TEST_CASE("NaN and infinity are errors that name layer, image and position") {
  check_refusals({
      {"g['ofmap'][1, 7, 0, 3] = np.nan", "layers/0000 (conv1)/ofmap: image 1: NaN at [7,0,3]; "},
      {"g['ofmap'][0, 0, 5, 2] = -np.inf", "image 0: infinity at [0,5,2]"},
      {put("ofmap", "data=np.full((2, 8, 6, 6), np.inf, 'f2'), chunks=(1, 8, 6, 6)"),
       "image 0: infinity at [0,0,0]"},
  });
}

TEST_CASE("whatever h5py writes by default is read: any version of the file format, any string") {
  for (const std::string options : {"libver='earliest'", "libver='latest'", "userblock_size=512"}) {
    for (const std::string extra :
         {"pass", "f.attrs['network'] = np.bytes_('tiny'); f.attrs['synthetic'] = False",
          "f.attrs['images'] = np.array([2], '>i2'); f['image_names'] = ['a', 'bc']",
          "f['image_names'] = np.array([b'a', b'bc']); f['labels'] = np.array([3, -1], 'i4')"}) {
      const TempFolder folder;
      CAPTURE(options);
      CAPTURE(extra);
      write_traces(folder, {extra}, options);
      const Trace trace(folder.path("0.h5"));
      CHECK(trace.info().network == "tiny");
      CHECK(trace.info().origin == "a test");
      CHECK(trace.info().images == 2);
      CHECK_FALSE(trace.info().synthetic);
      if (contains(extra, "image_names")) {
        CHECK(trace.info().image_names == std::vector<std::string>{"a", "bc"});
      }
      if (contains(extra, "labels")) CHECK(trace.info().labels == std::vector<int>{3, -1});
      std::vector<float> values;
      trace.read_ofmap(1, 1, values);
      CHECK(values.size() == 4 * 6 * 6);
    }
  }
}

TEST_CASE("contiguous, big-endian and half-precision datasets are read") {
  const TempFolder folder;
  const std::vector<std::string> types = {"<f4", ">f4", "<f2", ">f2"};
  std::vector<std::string> changes;
  for (const std::string& type : types) {
    for (const std::string chunks : {"", ", chunks=(1, 8, 6, 6)"}) {
      changes.push_back(put("ofmap", "data=(np.arange(576) / 8 - 9).reshape(2, 8, 6, 6).astype('" +
                                         type + "')" + chunks));
    }
  }
  write_traces(folder, changes);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(changes[i]);
    const Trace trace(folder.path(std::to_string(i) + ".h5"));
    CHECK(trace.info().layers[0].ofmap_type == (contains(types[i / 2], "f4") ? "f32" : "f16"));
    CHECK_FALSE(trace.info().layers[0].checksummed);
    std::vector<float> values;
    trace.read_ofmap(0, 1, values);
    REQUIRE(values.size() == 288);
    for (std::size_t j = 0; j < values.size(); ++j) {
      CHECK(values[j] == static_cast<float>(288 + j) / 8 - 9);
    }
  }
}

TEST_CASE("every finite half-precision number is read exactly") {
  const TempFolder folder;
  write_traces(folder, {"g.attrs.update(ifmap_shape=[3, 256, 248], ofmap_shape=[8, 256, 248]); "
                        "h = np.arange(65536, dtype='u2'); h = h[(h & 0x7c00) != 0x7c00]; "
                        "del f['layers/0001']; f.attrs['images'] = 1; " +
                        put("ofmap", "data=np.tile(h, 8).view('f2').reshape(1, 8, 256, 248)") +
                        "; h.view('f2').astype('f4').tofile(sys.argv[1] + 'expected')"});
  std::vector<float> values;
  Trace(folder.path("0.h5")).read_ofmap(0, 0, values);
  const std::string expected = read_bytes(folder.path("expected"));
  REQUIRE(expected.size() == 63488 * sizeof(float));
  CHECK(std::memcmp(values.data(), expected.data(), expected.size()) == 0);
}

TEST_CASE("the loop that a trace was recorded in is read; without a word it was the open one") {
  const TempFolder folder;
  const std::string set = "f.attrs['prediction'] = ";
  write_traces(folder, {"pass", set + "''", set + "'closed loop: a, settings b, settings 12ab'",
                        set + "'closed loop: tiny'"});
  const auto loop = [&](const char* name) { return Trace(folder.path(name)).info().loop; };
  for (const char* open : {"0.h5", "1.h5"}) {
    CHECK_FALSE(loop(open).closed);
    CHECK(loop(open).machine.empty());
  }
  CHECK(loop("2.h5").closed);
  CHECK(loop("2.h5").machine == "a, settings b");
  CHECK(loop("2.h5").settings == "12ab");
  CHECK(loop("3.h5").closed);
  CHECK(loop("3.h5").machine == "tiny");
  CHECK(loop("3.h5").settings.empty());
  CHECK(Trace(folder.path("3.h5")).info().unknown.empty());
}

TEST_CASE("attributes and links unknown to the format are ignored but reported") {
  const TempFolder folder;
  write_traces(folder, {"f.attrs['author'] = 'me'; f['extra'] = 1; g['ifmaps'] = [1]"});
  CHECK(Trace(folder.path("0.h5")).info().unknown ==
        std::vector<std::string>{"@author", "extra", "layers/0000 (conv1)/ifmaps"});
}

TEST_CASE("the MACs that are not in the trace are read; without a word there are none") {
  const TempFolder folder;
  write_traces(folder, {"pass",
                        "f.attrs['unrecorded_macs'] = np.uint64(2**53); "
                        "f.attrs['unrecorded'] = 'attention, MatMul'",
                        "f.attrs['unrecorded_macs'] = np.int8(7)"});
  const auto unrecorded = [&](const char* name) {
    const Trace trace(folder.path(name));
    CHECK(trace.info().unknown.empty());
    return trace.info().unrecorded;
  };
  CHECK(unrecorded("0.h5").macs == 0);
  CHECK(unrecorded("1.h5").macs == Count{1} << 53);
  CHECK(unrecorded("1.h5").names == "attention, MatMul");
  CHECK(unrecorded("2.h5").macs == 7);
  CHECK(unrecorded("2.h5").names.empty());
}
