# SPDX-License-Identifier: Apache-2.0
"""Man pages, completions and the reference say every command and option that --help says, and nothing else."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAMS = [Path(path) for path in os.environ["SPILLWAY_PROGRAMS"].split(":")]


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands_of(program, path=()):
    """Every command with its options, read off --help: {("study", "plan"): {"--data", "-o", ...}}."""
    text = run(program, *path, "--help")
    options = {name for line in text.splitlines() if (m := re.match(r"  (-[-\w,]+)", line)) for name in m[1].split(",")}
    found = {path: options}
    below = text.split("\nSubcommands:\n")[1].split("\n\n")[0] if "\nSubcommands:\n" in text else ""
    for name in re.findall(r"^  ([-\w]+)", below, re.MULTILINE):
        found.update(commands_of(program, (*path, name)))
    return found


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda path: path.name)
def manual(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("manual")
    assert run(request.param, "manual", folder) == ""
    return request.param, folder, commands_of(request.param)


def full(program, path, between):
    return between.join((program.name, *path))


def test_every_command_has_a_man_page_with_every_option(manual):
    program, folder, commands = manual
    assert len(commands) > 5
    assert {page.name for page in (folder / "man1").iterdir()} == {full(program, path, "-") + ".1" for path in commands}
    for path, options in commands.items():
        page = (folder / "man1" / (full(program, path, "-") + ".1")).read_text()
        entries = re.findall(r"^\.TP\n(\\fB.*)$", page, re.MULTILINE)
        named = {name.replace("\\-", "-") for entry in entries for name in re.findall(r"\\fB(\\-.*?)\\fR", entry)}
        assert named == options, path


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_pages_are_formatted_without_a_warning(manual):
    program, folder, commands = manual
    environment = {**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}
    for page in sorted((folder / "man1").iterdir()):
        done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, env=environment)
        assert done.returncode == 0 and done.stderr == "", f"{page.name}: {done.stderr}"
        assert "NAME" in done.stdout and "SYNOPSIS" in done.stdout


def test_the_reference_has_every_command_and_option(manual):
    program, folder, commands = manual
    text = (folder / f"{program.name}.md").read_text()
    parts = dict(zip(re.findall(r"^## (.*)$", text, re.MULTILINE), re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]))
    assert set(parts) == {full(program, path, " ") for path in commands}
    for path, options in commands.items():
        items = re.findall(r"^- (`-.*?): ", parts[full(program, path, " ")], re.MULTILINE)
        assert {name for item in items for name in re.findall(r"`(-[-\w]+)`", item)} == options, path


def bash_offers(folder, program, *words):
    script = f"""
source {folder}/bash/{program.name}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() {{ :; }}
_{program.name.replace('-', '_')}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    return set(run("bash", "--norc", "-c", script, "bash", program.name, *words, cwd=folder).split())


def fish_offers(folder, program, *words):
    line = " ".join((program.name, *words))
    script = f"source {folder}/fish/{program.name}.fish; complete -C {line!r}"
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return {entry.split("\t")[0] for entry in run("fish", "--no-config", "-c", script, cwd=folder, env=home).splitlines()}


# What zsh would offer is read off a terminal of its own: a Tab lists the matches.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
settle() { local piece; while zpty -r -t shell piece 2>/dev/null; do :; done }
zpty -w shell "fpath=($1/zsh \$fpath); autoload -Uz compinit; compinit -D -u; PS1=; stty columns 400 rows 400"
zpty -w shell "zstyle ':completion:*' list-max 0; LISTMAX=10000; unsetopt auto_menu; cd $1; echo rea''dy"
while zpty -r shell piece; do [[ $piece == *ready* ]] && break; done
zpty -w -n shell "$2"$'\t\t'
sleep 0.7
local all=
while zpty -r -t shell piece 2>/dev/null; do all+=$piece; done
print -r -- "$all"
zpty -d shell
"""


def zsh_shows(folder, program, *words):
    text = run("zsh", "-f", "-c", ZSH, "zsh", folder, " ".join((program.name, *words)), cwd=folder)
    return set(re.findall(r"[-\w]+", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", " ", text)))


SHELLS = {"bash": bash_offers, "fish": fish_offers, "zsh": zsh_shows}


@pytest.mark.parametrize("shell", SHELLS)
def test_completions_offer_commands_options_and_choices(manual, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    program, folder, commands = manual
    offers = SHELLS[shell]
    top = {path[0] for path in commands if path}
    shown = offers(folder, program, "")
    assert top <= shown and "manual" not in shown
    name = "simulate" if "simulate" in top else "post-training"
    assert {option for option in commands[(name,)] if option.startswith("--")} <= offers(folder, program, name, "--")
    if name != "simulate":
        return
    assert {"auto", "cycle", "fast"} <= offers(folder, program, "simulate", "--engine", "")
    assert {"plan", "run", "merge", "slurm"} <= offers(folder, program, "study", "")
    assert {"--seconds"} <= offers(folder, program, "study", "plan", "--se")
    assert "--seconds" not in offers(folder, program, "study", "--se")
    # A value that is called as a command is none.
    assert "--skip" in offers(folder, program, "study", "-o", "plan", "--s")
    (folder / "net.onnx").touch()
    assert any("net" in word for word in offers(folder, program, "info", "ne"))


def test_bash_completes_values_behind_an_equals_sign(manual):
    program, folder, commands = manual
    if ("simulate",) in commands:
        assert bash_offers(folder, program, "simulate", "--engine", "=", "f") == {"fast"}


def test_the_version_says_the_commit(manual):
    program, folder, commands = manual
    if program.name != "spillway":
        return
    source = Path(os.environ["SPILLWAY_SOURCE"])
    said = re.fullmatch(r"spillway [0-9.]+ \(commit ([0-9a-f]{12})(-changed)?\)\n", run(program, "version"))
    assert said and run(program, "--version") == run(program, "version")
    if (source / ".git").exists():
        # That of the last build, which need not be the one that is checked out now.
        assert run("git", "-C", source, "cat-file", "-t", said[1]) == "commit\n"
