// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/dataset.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <bit>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/data/bit_packed.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/data/npz.h"
#include "spillway/models/support/read_file.h"
#include "spillway/models/support/sha256.h"
#include "spillway/tests/models/hostile_bytes.h"

using namespace spillway;
using namespace spillway::testing;

namespace fs = std::filesystem;

namespace {

/// Two images of 3 x 3 pixels around the threshold 128, and their labels, as the IDX files of MNIST's test set.
void write_idx_pair(const temporary_directory& folder) {
  const std::string pixels(
      "\x00\x7f\x80\xff\x01\x02\x81\x00\xfe"
      "\x80\x80\x80\x80\x80\x80\x80\x80\x7f",
      18);
  write_bytes(folder.file("t10k-images-idx3-ubyte"), std::string("\0\0\x08\x03\0\0\0\2\0\0\0\3\0\0\0\3", 16) + pixels);
  write_bytes(folder.file("t10k-labels-idx1-ubyte"), std::string("\0\0\x08\x01\0\0\0\2\7\2", 10));
}

const bit_packed_description described{"two", "two images", "made by hand", "nobody", 128};

/// A folder "set" with the bit-packed form of those images.
struct packed_set {
  temporary_directory folder;
  std::string path = folder.file("set");

  packed_set() {
    write_idx_pair(folder);
    save_bit_packed(folder.file("t10k-images-idx3-ubyte"), folder.file("t10k-labels-idx1-ubyte"), described, path);
  }

  nlohmann::json json() const { return nlohmann::json::parse(read_file(path + "/dataset.json", 10'000)); }

  /// What is said of the set when dataset.json is this.
  std::string refusal(const nlohmann::json& json) const {
    write_bytes(path + "/dataset.json", json.dump());
    return message_of<input_error>([&] { load_dataset(path); });
  }
};

/// `value` in so many bytes, the lowest first.
std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 255);
  return text;
}

/// A zip archive of one entry of some bytes, of which it says that they are `size`.
std::string archive_that_says(std::uint64_t size) {
  const std::string name = "a.npy", bytes(132, 'x');
  const std::string about = little_endian(10, 2) + std::string(12, '\0') + little_endian(bytes.size(), 4);
  const std::string local = "PK\x03\x04" + about + little_endian(bytes.size(), 4) + little_endian(name.size(), 2) +
                            little_endian(0, 2) + name + bytes;
  const std::string entry = "PK\x01\x02" + little_endian(10, 2) + about + little_endian(size, 4) +
                            little_endian(name.size(), 2) + std::string(16, '\0') + name;
  return local + entry + "PK\x05\x06" + std::string(4, '\0') + little_endian(1, 2) + little_endian(1, 2) +
         little_endian(entry.size(), 4) + little_endian(local.size(), 4) + little_endian(0, 2);
}

/// The most memory that this process has had, in MiB.
std::int64_t most_memory() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}

}  // namespace

TEST_CASE("an archive that says of an entry more than it holds is refused before there is memory for it") {
  const temporary_directory folder;
  const std::string path = folder.file("lies.npz");
  write_bytes(path, archive_that_says(132));
  CHECK(message_of<input_error>([&] { read_npz(path); }).find("can't be unpacked") != std::string::npos);  // its CRC
  write_bytes(path, archive_that_says((std::uint64_t{1} << 30) - 1));
  const std::int64_t before = most_memory();
  CHECK(message_of<input_error>([&] { read_npz(path); }).find("its entry a.npy can't be unpacked") !=
        std::string::npos);
  CHECK(most_memory() < before + 100);
  write_bytes(path, archive_that_says((std::uint64_t{1} << 30) + 1));
  CHECK(message_of<input_error>([&] { read_npz(path); }).find("larger than 1 GiB") != std::string::npos);
}

TEST_CASE("SHA-256 agrees with the examples of FIPS 180-4, at every padding boundary") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256(std::string(55, 'a')) == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  CHECK(sha256(std::string(56, 'a')) == "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  CHECK(sha256(std::string(64, 'a')) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST_CASE("a pixel of 128 is a one and one of 127 a zero, first feature in the most significant bit") {
  const packed_set set;
  const integer_tensor packed = read_npy(set.path + "/images.npy");
  CHECK(packed == integer_tensor::from(unsigned_type(8), {2, 2}, {0b00110010, 0b10000000, 0b11111111, 0}));
  const dataset data = load_dataset(set.path);
  CHECK(data.name == "two");
  CHECK(data.inputs ==
        integer_tensor::from(unsigned_type(1), {2, 9}, {0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}));
  CHECK(data.labels == std::vector<int>{7, 2});
}

TEST_CASE("the description says what made the set, and is the same bytes every time") {
  const packed_set set, again;
  const nlohmann::json json = set.json();
  CHECK(json["threshold"] == 128);
  CHECK(json["frames"] == 2);
  CHECK(json["features"] == 9);
  CHECK(json["attribution"] == "nobody");
  CHECK(json["sha256"]["images.npy"] == sha256(read_file(set.path + "/images.npy", 1000)));
  for (const char* name : {"/dataset.json", "/images.npy", "/labels.npy"})
    CHECK(read_file(set.path + name, 10'000) == read_file(again.path + name, 10'000));
}

TEST_CASE("the threshold is 1 to 255") {
  const packed_set set;
  const auto save = [&](int threshold) {
    bit_packed_description other = described;
    other.threshold = threshold;
    save_bit_packed(set.folder.file("t10k-images-idx3-ubyte"), set.folder.file("t10k-labels-idx1-ubyte"), other,
                    set.path);
    return load_dataset(set.path).inputs.words;
  };
  CHECK(save(255) == std::vector<std::int64_t>{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(save(1) == std::vector<std::int64_t>{0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(message_of<config_error>([&] { save(0); }) ==
        "threshold = 0 must be 1 to 255: a pixel of at least this much is a 1; nearest: 1");
  CHECK(message_of<config_error>([&] { save(256); }).ends_with("nearest: 255"));
}

TEST_CASE("labels that are not one an image are refused, and nothing is written") {
  const packed_set set;
  const std::string labels = set.folder.file("t10k-labels-idx1-ubyte"), out = set.folder.file("out");
  write_bytes(labels, std::string("\0\0\x08\x01\0\0\0\3\7\2\1", 11));
  CHECK(message_of<input_error>([&] {
          save_bit_packed(set.folder.file("t10k-images-idx3-ubyte"), labels, described, out);
        }) == labels + ": shape [3] is not one label for each of the 2 images of " +
                  set.folder.file("t10k-images-idx3-ubyte"));
  CHECK(!fs::exists(out));
  CHECK(message_of<input_error>([&] { load_dataset(set.folder.path()); }) ==
        labels + ": shape [3] is not one label for each of the 2 images");
}

TEST_CASE("a folder that can't be made is an io_error") {
  const packed_set set;
  const std::string images = set.folder.file("t10k-images-idx3-ubyte");
  CHECK(message_of<io_error>([&] {
          save_bit_packed(images, set.folder.file("t10k-labels-idx1-ubyte"), described, images + "/x");
        }).starts_with(images + "/x: cannot make the directory: "));
}

TEST_CASE("MNIST's files are read as 8-bit pixels, under both of their names") {
  const temporary_directory folder;
  write_idx_pair(folder);
  const dataset data = load_dataset(folder.path());
  CHECK(data.name == "mnist-test");
  CHECK(data.inputs.type == unsigned_type(8));
  CHECK(data.inputs.shape == std::vector<std::int64_t>{2, 9});
  CHECK(*data.inputs.at(3) == 255);
  CHECK(data.labels == std::vector<int>{7, 2});
  fs::rename(folder.file("t10k-images-idx3-ubyte"), folder.file("t10k-images.idx3-ubyte"));
  CHECK(message_of<io_error>([&] {
          load_dataset(folder.path());
        }).starts_with(folder.file("t10k-images-idx3-ubyte") + ": cannot read"));
  fs::rename(folder.file("t10k-labels-idx1-ubyte"), folder.file("t10k-labels.idx1-ubyte"));
  CHECK(load_dataset(folder.path()).inputs == data.inputs);
  write_bytes(folder.file("t10k-images.idx3-ubyte"), std::string("\0\0\x08\x01\0\0\0\2ab", 10));
  CHECK(message_of<input_error>([&] { load_dataset(folder.path()); }) ==
        folder.file("t10k-images.idx3-ubyte") + ": has 1 dimensions; images have 3");
}

TEST_CASE("a .npy file of pixels or booleans is a dataset without labels, its dimensions flattened") {
  const temporary_directory folder;
  write_npy(folder.file("some.npy"), integer_tensor::from(unsigned_type(8), {2, 2, 1}, {1, 2, 3, 4}));
  const dataset data = load_dataset(folder.file("some.npy"));
  CHECK(data.name == "some");
  CHECK(data.inputs == integer_tensor::from(unsigned_type(8), {2, 2}, {1, 2, 3, 4}));
  CHECK(data.labels.empty());
  write_npy(folder.file("one.npy"), integer_tensor::from(unsigned_type(8), {2}, {1, 2}));
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("one.npy")); }) ==
        folder.file("one.npy") + ": holds UINT8 of [2]; [frames, ...] is right");
}

TEST_CASE("integers that are neither pixels nor bits are the real numbers that they are") {
  const temporary_directory folder;
  write_npy(folder.file("wide.npy"), integer_tensor::from(signed_type(16), {2, 2}, {-300, 1, 0, 32767}));
  const dataset data = load_dataset(folder.file("wide.npy"));
  REQUIRE(data.reals.has_value());
  CHECK(*data.reals == float_tensor{{2, 2}, {-300, 1, 0, 32767}});
  write_npy(folder.file("great.npy"), integer_tensor::from(signed_type(32), {1, 2}, {1 << 24, (1 << 24) + 1}));
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("great.npy")); }) ==
        folder.file("great.npy") + ": holds 16777217, which is no float32; integers up to 2^24 are right");
}

TEST_CASE("floats are a dataset of reals, from NumPy's files and from ONNX's") {
  const temporary_directory folder;
  const float_tensor reals{{2, 1, 3}, {0.5F, -1, 2, 3, 4, 5}};
  write_npy(folder.file("some.npy"), reals);
  const dataset data = load_dataset(folder.file("some.npy"));
  CHECK(data.name == "some");
  CHECK(data.reals == reals);
  CHECK(data.frames() == 2);
  CHECK(data.features() == 3);
  write_npy(folder.file("flat.npy"), float_tensor{{3}, {1, 2, 3}});
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("flat.npy")); }) ==
        folder.file("flat.npy") + ": holds floats of [3]; [frames, ...] is right");
  // dims 2, 1, 3; data_type FLOAT; the values as raw_data, little-endian, after protobuf's tags.
  const std::string head("\x08\x02\x08\x01\x08\x03\x10\x01\x4a\x18", 10);
  std::string bytes = head;
  for (const float value : reals.values)
    for (int b = 0; b < 4; ++b) bytes += static_cast<char>(std::bit_cast<std::uint32_t>(value) >> (8 * b) & 0xFF);
  write_bytes(folder.file("input_0.pb"), bytes);
  CHECK(load_dataset(folder.file("input_0.pb")).reals == reals);
  write_bytes(folder.file("input_0.pb"), bytes.substr(0, 20));
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("input_0.pb")); }) ==
        folder.file("input_0.pb") + ": not an ONNX tensor, or a truncated or corrupt one");
  write_bytes(folder.file("input_0.pb"), head.substr(0, 8));
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("input_0.pb")); }) ==
        folder.file("input_0.pb") + ": its shape [2, 1, 3] needs 24 bytes, but there are 0");
}

TEST_CASE("a batch of CIFAR-10 is read as labels and planes of 8-bit pixels") {
  const temporary_directory folder;
  std::string bytes;
  for (const int label : {9, 0}) {
    bytes += static_cast<char>(label);
    for (int i = 0; i < 3072; ++i) bytes += static_cast<char>((label + i) % 251);
  }
  write_bytes(folder.file("test_batch.bin"), bytes);
  const dataset data = load_dataset(folder.file("test_batch.bin"));
  CHECK(data.name == "test_batch");
  CHECK(data.labels == std::vector<int>{9, 0});
  CHECK(data.inputs.type == unsigned_type(8));
  CHECK(data.inputs.shape == std::vector<std::int64_t>{2, 3072});
  for (const std::int64_t i : {0, 1, 1024, 3071}) {
    CHECK(*data.inputs.at(i) == (9 + i) % 251);
    CHECK(*data.inputs.at(3072 + i) == i % 251);
  }
  CHECK(load_dataset(folder.path()).name == "cifar10-test");
  CHECK(load_dataset(folder.path()).inputs == data.inputs);
  write_bytes(folder.file("short.bin"), bytes.substr(1));
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("short.bin")); }) ==
        folder.file("short.bin") + ": 6145 bytes are no whole number of CIFAR-10's records of 3073");
  write_bytes(folder.file("empty.bin"), "");
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("empty.bin")); }) ==
        folder.file("empty.bin") + ": 0 bytes are no whole number of CIFAR-10's records of 3073");
  bytes[3073] = 10;
  write_bytes(folder.file("label.bin"), bytes);
  CHECK(message_of<input_error>([&] { load_dataset(folder.file("label.bin")); }) ==
        folder.file("label.bin") + ": record 1 has the label 10; 0 to 9 are right");
}

TEST_CASE("paths without data are refused by what is right there") {
  const temporary_directory folder;
  CHECK(message_of<io_error>([&] { load_dataset(folder.file("none")); }) ==
        folder.file("none") + ": cannot read the data: No such file or directory");
  CHECK(message_of<io_error>([&] { load_dataset(folder.file("none.npy")); }) ==
        folder.file("none.npy") + ": cannot read the data: No such file or directory");
  CHECK(message_of<io_error>([] { load_dataset("none.npy"); }) ==
        "none.npy: cannot read the data: No such file or directory");
  CHECK(message_of<input_error>([&] { load_dataset(folder.path()); }) ==
        folder.path() +
            ": holds neither dataset.json, nor t10k-images-idx3-ubyte with t10k-labels-idx1-ubyte, nor test_batch.bin");
  write_bytes(folder.file("t10k-images-idx3-ubyte.gz"), "");
  CHECK(
      message_of<input_error>([&] { load_dataset(folder.path()); }).ends_with("; unpack the .gz files first (gunzip)"));
  write_bytes(folder.file("x.txt"), "");
  CHECK(message_of<config_error>([&] { load_dataset(folder.file("x.txt")); }) ==
        folder.file("x.txt") + ": is a file; a folder with a dataset, or a .npy, .npz, .pb or .bin file, is right");
}

TEST_CASE("a set of 8 bits a feature needs no threshold, and labels and checksums may be left out") {
  const temporary_directory folder;
  write_npy(folder.file("pixels.npy"), integer_tensor::from(unsigned_type(8), {1, 3}, {0, 128, 255}));
  write_bytes(folder.file("dataset.json"),
              R"({"name": "gray", "frames": 1, "features": 3, "bits_per_feature": 8, "images": "pixels.npy"})");
  const dataset data = load_dataset(folder.path());
  CHECK(data.name == "gray");
  CHECK(data.inputs == integer_tensor::from(unsigned_type(8), {1, 3}, {0, 128, 255}));
  CHECK(data.labels.empty());
}

TEST_CASE("a wrong dataset.json is refused by the key and its value") {
  const packed_set set;
  const std::string at = set.path + "/dataset.json: ";
  const auto changed = [&](const char* key, const nlohmann::json& value) {
    nlohmann::json json = nlohmann::json::parse(
        R"({"name": "n", "frames": 2, "features": 9, "bits_per_feature": 1, "images": "images.npy",
            "labels": "labels.npy"})");
    json[key] = value;
    if (value.is_null()) json.erase(key);
    return set.refusal(json);
  };
  CHECK(changed("name", nullptr) == at + "has no key 'name'");
  CHECK(changed("name", "") == at + "name must be a text that is not empty");
  CHECK(changed("lables", "x") == at + "there is no key 'lables'; nearest: labels");
  CHECK(changed("frames", 0) == at + "frames must be an integer from 1 to 2147483648, not 0");
  CHECK(changed("frames", 2.5) == at + "frames must be an integer from 1 to 2147483648, not 2.5");
  CHECK(changed("frames", std::uint64_t{1} << 63) ==
        at + "frames must be an integer from 1 to 2147483648, not 9223372036854775808");
  CHECK(changed("bits_per_feature", 4) == at + "bits_per_feature must be 1 or 8, not 4");
  CHECK(changed("threshold", 256) == at + "threshold must be an integer from 1 to 255, not 256");
  CHECK(changed("images", "../images.npy") == at + "images = '../images.npy' must be a file's name, without folders");
  CHECK(changed("images", 7) == at + "images must be a text that is not empty");
  CHECK(changed("sha256", 7) == at + "sha256 must be an object with the digest of 'images.npy'");
  CHECK(changed("frames", 3) ==
        set.path + "/images.npy: holds UINT8 of [2, 2], but dataset.json needs UINT8 of [3, 2]");
  CHECK(changed("features", 17) ==
        set.path + "/images.npy: holds UINT8 of [2, 2], but dataset.json needs UINT8 of [2, 3]");
  CHECK(changed("labels", "images.npy") ==
        set.path + "/images.npy: holds UINT8 of [2, 2], but dataset.json needs UINT8 of [2]");
  CHECK(changed("features", 10) == "no exception");
  write_npy(set.path + "/images.npy", integer_tensor::from(unsigned_type(8), {2, 2}, {0, 128, 0, 64}));
  CHECK(changed("features", 9) == at + "frame 1 has ones beyond its 9 features");
}

TEST_CASE("a dataset.json that is no JSON object is refused with line and column") {
  const packed_set set;
  const auto refusal = [&](const std::string& text) {
    write_bytes(set.path + "/dataset.json", text);
    const std::string message = message_of<input_error>([&] { load_dataset(set.path); });
    return message.substr(message.find(": ") + 2);
  };
  CHECK(refusal("") == "is no JSON from line 1, column 1");
  CHECK(refusal("{\"name\": \"a\",\n  \"frames\": x}") == "is no JSON from line 2, column 13");
  CHECK(refusal("[1]") == "holds a JSON array; an object is right");
  CHECK(refusal("{\"name\": 1, \"name\": 2}") == "has the key 'name' twice in one object");
  CHECK(refusal("{\"frames\": 1e999}") == "has a number that is out of range");
  CHECK(refusal(std::string(1000, '[')).starts_with("is nested deeper than 16 levels"));
}

TEST_CASE("a bit that flipped in the data is noticed") {
  const packed_set set;
  std::string bytes = read_file(set.path + "/images.npy", 1000);
  bytes.back() ^= 1;
  write_bytes(set.path + "/images.npy", bytes);
  const std::string message = message_of<input_error>([&] { load_dataset(set.path); });
  CHECK(message.starts_with(set.path + "/images.npy: its SHA-256 is "));
  CHECK(is_one_line(message));
}

TEST_CASE("a hostile dataset.json is refused in one line or read, whatever its bytes") {
  const packed_set set;
  const std::string good = read_file(set.path + "/dataset.json", 10'000);
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = i < static_cast<int>(good.size()) ? good.substr(0, static_cast<std::size_t>(i)) : good;
    if (i >= static_cast<int>(good.size()))
      for (auto n = 1 + random() % 3; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    write_bytes(set.path + "/dataset.json", bad);
    CAPTURE(i);
    try {
      load_dataset(set.path);
    } catch (const error& e) {  // a damaged file name is an io_error
      CHECK(is_one_line(e.what()));
    }
  }
}

TEST_CASE("the MNIST test set that comes with Spillway is whole: MNIST's ten class counts, 784 bits an image") {
  const dataset data = load_dataset(SPILLWAY_SOURCE_DIR "/models/data/binary-mnist");
  CHECK(data.name == "binary-mnist");
  CHECK(data.inputs.type == unsigned_type(1));
  CHECK(data.inputs.shape == std::vector<std::int64_t>{10'000, 784});
  std::vector<int> counts(10);
  for (const int label : data.labels) ++counts.at(static_cast<std::size_t>(label));
  CHECK(counts == std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
}
