# SPDX-License-Identifier: Apache-2.0
"""The Debian packages of this build: what they declare, what is in them, and that they run from a root of their own."""

import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

BUILD = Path(os.environ["SPILLWAY_BUILD"])
SOURCE = Path(os.environ["SPILLWAY_SOURCE"])
# Training is in the packages that tools/package makes; here it would only take time.
COMPONENTS = {
    "command": "spillway",
    "dev": "libspillway-dev",
    "zoo": "spillway-zoo",
    "viewer": "spillway-viewer",
    "python": "python3-spillway",
    "doc": "spillway-doc",
}


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    run(
        "cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder,
        "-D", f"CPACK_COMPONENTS_ALL={';'.join(COMPONENTS)}",
        "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=none", "-D", f"CPACK_THREADS={os.cpu_count()}",
    )  # fmt: skip
    return {file.name.split("_")[0]: file for file in folder.glob("*.deb")}


@pytest.fixture(scope="session")
def root(packages, tmp_path_factory):
    """Where dpkg has installed all packages, without those that they depend on."""
    folder = tmp_path_factory.mktemp("root")
    (folder / "var/lib/dpkg/info").mkdir(parents=True)
    (folder / "var/lib/dpkg/updates").mkdir()
    (folder / "var/lib/dpkg/status").touch()
    force = "--force-depends,script-chrootless,not-root"
    run("dpkg", f"--root={folder}", f"--log={folder}/dpkg.log", force, "-i", *packages.values())
    return folder


@pytest.fixture
def installed(root, tmp_path):
    """Runs the installed command in a folder that has nothing of ours."""

    def command(*arguments):
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1"}
        return run(root / "usr/bin/spillway", *arguments, cwd=tmp_path, env=environment)

    return command


def field(package, name):
    return run("dpkg-deb", "-f", package, name).strip()


def test_each_component_is_a_package_that_says_what_it_is(packages):
    assert set(packages) == set(COMPONENTS.values())
    for name, file in packages.items():
        assert field(file, "Package") == name
        assert field(file, "Version") == re.search(r"project\(spillway VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]
        assert len(field(file, "Description").splitlines()) > 1
        listed = run("dpkg-deb", "-c", file)
        assert f"./usr/share/doc/{name}/copyright" in listed and f"./usr/share/doc/{name}/changelog.gz" in listed
        assert not re.search(r" \./(?!usr/)\S", listed), "something lies outside of usr/"
    for name in ("spillway-zoo", "spillway-viewer", "spillway-doc"):
        assert field(packages[name], "Architecture") == "all"


def linked_libraries(file):
    return re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", file))


def test_every_shared_library_is_in_a_package_that_is_depended_on(packages, root):
    for name in ("spillway", "python3-spillway"):
        depends = field(packages[name], "Depends")
        (program,) = [path for path in (root / "usr/bin/spillway", *root.rglob("_core.*.so")) if (path.suffix == ".so") == (name != "spillway")]
        where = dict(re.findall(r"(\S+) => (\S+)", run("ldd", program)))
        libraries = [library for library in linked_libraries(program) if not library.startswith("ld-linux")]
        assert len(libraries) > 5
        for library in libraries:
            path = where[library]
            owner = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
            if owner.returncode != 0:  # Debian 12 has its packages say /lib or /usr/lib for one folder
                other = path[len("/usr"):] if path.startswith("/usr/") else "/usr" + path
                owner = subprocess.run(["dpkg", "-S", other], capture_output=True, text=True, check=True)
            package = owner.stdout.split(":")[0]
            assert re.search(rf"(^|, ){re.escape(package)}( |,|$)", depends), f"{name} lacks {package} for {library}"


def test_the_libraries_bring_the_packages_that_they_are_built_on(packages):
    declared = set(field(packages["libspillway-dev"], "Depends").split(", "))
    assert {"libsystemc-dev", "libboost-dev", "libonnx-dev", "libsqlitecpp-dev", "nlohmann-json3-dev"} <= declared


def test_the_installed_command_finds_its_data_and_its_page(installed, root, tmp_path):
    model = root / "usr/share/spillway/zoo/mnist-linear/qat-w8a1.onnx"
    said = installed("simulate", model, "--data", "binary-mnist", "--accumulator", "12:wrap:per_product", "-o", "run")
    assert "overflow events      5183 in 3025 of 100000" in said
    installed("report", "run")
    page = (tmp_path / "run/report.html").read_text()
    assert page.startswith((root / "usr/share/spillway/viewer.html").read_text()[:1000])
    assert re.match(r"spillway [0-9.]+ \(commit [0-9a-f]{12}", installed("version"))


def test_the_installed_package_of_python_finds_its_data(root, tmp_path):
    model = root / "usr/share/spillway/zoo/mnist-linear/qat-w8a1.onnx"
    script = f"""
import spillway
run = spillway.load({str(model)!r}).lower(accumulator="12:wrap:per_product").simulate("binary-mnist")
print(spillway.__file__, run.layers["events"].sum())
"""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root / "usr/lib/python3/dist-packages")}
    place, events = run("/usr/bin/python3", "-c", script, cwd=tmp_path, env=environment).split()[-2:]
    assert place.startswith(str(root)) and events == "5183"


def test_man_pages_and_completions_are_where_shells_look(root):
    share = root / "usr/share"
    for path in ("man/man1/spillway.1.gz", "man/man1/spillway-study-plan.1.gz", "zsh/vendor-completions/_spillway",
                 "bash-completion/completions/spillway", "fish/vendor_completions.d/spillway.fish"):  # fmt: skip
        assert (share / path).stat().st_size > 0, path


@pytest.mark.parametrize("component", ["resource", "certificates"])
def test_a_program_is_built_with_what_pkg_config_says(root, tmp_path, component):
    (folder,) = {file.parent for file in root.rglob("pkgconfig/spillway.pc")}
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    flags = run("pkg-config", "--cflags", "--libs", f"spillway-{component}", env=environment).split()
    program = tmp_path / "consumer"
    source = SOURCE / "tests/consumer/project" / f"{component}.cpp"
    run(os.environ["CXX"], "-std=c++20", source, "-o", program, f"-I{source.parent}", *flags)
    run(program, cwd=tmp_path)
    # The file of all components names only files that are there.
    run("pkg-config", "--cflags", "--libs", "spillway", env=environment)


@pytest.mark.skipif(not (SOURCE / ".git").exists(), reason="a source tree without git has nothing to archive")
def test_the_source_tarball_says_its_commit_without_git(tmp_path):
    run("cpack", "--config", BUILD / "CPackSourceConfig.cmake", "-B", tmp_path)
    (tarball,) = tmp_path.glob("spillway-*.tar.gz")
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
        (top,) = {name.split("/")[0] for name in names}
        archive.extractall(tmp_path, members=[m for m in archive if m.name.startswith(f"{top}/cmake")])
    assert f"{top}/README.md" in names and not any(".git/" in name or "/build/" in name for name in names)
    written = tmp_path / "commit.cpp"
    run("cmake", "-D", f"SOURCE_DIR={tmp_path / top}", "-D", f"OUTPUT={written}", "-P", tmp_path / top / "cmake/WriteCommit.cmake")
    commit = run("git", "-C", SOURCE, "rev-parse", "HEAD")[:12]
    assert f'return "{commit}"' in written.read_text()


@pytest.mark.parametrize(
    "targets, has_training, built",
    [([], False, []), (["spillway"], False, ["spillway"]), (["train"], True, ["spillway-train"])],
)
def test_only_who_asks_for_training_builds_it(tmp_path, targets, has_training, built):
    """tools/build with a CMake and an installer that only say what they are asked."""
    (tmp_path / "tools").mkdir()
    for name, text in {"tools/install": 'echo install "$@"', "cmake": 'echo cmake "$@" >&2'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    build = tmp_path / "tools/build"
    build.write_text((SOURCE / "tools/build").read_text())
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", build, *targets], capture_output=True, text=True, env=environment, check=True)
    assert f"SPILLWAY_TRAIN={'ON' if has_training else 'OFF'}" in done.stderr
    assert (" train" in done.stdout) == has_training
    (line,) = [line for line in done.stderr.splitlines() if "--build" in line]
    assert line.split("--target")[1:] == ([f" {' '.join(built)}"] if built else [])
