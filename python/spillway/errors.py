# SPDX-License-Identifier: Apache-2.0
"""What spillway raises. The text of each is one line that says what is wrong, where, and what is expected instead."""

from __future__ import annotations


class Error(Exception):
    """The root of everything that spillway raises."""


class InputError(Error, ValueError):
    """An argument, a file or an array is not what it should be: the command's exit code 2."""


class SystemRefused(Error, OSError):
    """The system refused: no such file, no permission, a full disk, no memory. The command's exit code 3."""


class Interrupted(Error, KeyboardInterrupt):
    """Ctrl-C stopped the work: the command's exit code 130. It is a KeyboardInterrupt, too."""
