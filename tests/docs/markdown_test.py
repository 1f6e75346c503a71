# SPDX-License-Identifier: Apache-2.0
"""The reader of pages, on pages that are wrong on purpose."""

import tempfile
import unittest
from pathlib import Path

import markdown
import run_blocks


class reading(unittest.TestCase):
    def page(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "page.md"
        path.write_text(text)
        return path

    def test_marks_belong_to_the_block_behind_them(self):
        path = self.page("<!-- not run: an hour -->\n```sh\na\n```\n\n```console\n$ b \\\n  c\nd\n```\n")
        (first, second), indented = markdown.blocks_of(path)
        self.assertEqual((first.not_run, first.lines, second.not_run, indented), ("an hour", ["a"], "", []))
        self.assertEqual(markdown.steps_of(second.lines), [["b \\\n  c", ["d"]]])

    def test_an_indented_command_is_found(self):
        self.assertEqual(markdown.blocks_of(self.page("a\n\n    spillway info x\n\n    just text\n"))[1], [3])

    def test_a_bar_that_was_drawn_over_is_not_there(self):
        self.assertEqual(markdown.as_on_a_terminal("a\n\rbar: 0%\rbar: 9%\r       \rb\r\nc\n"), "a\nb\r\nc\n")

    def test_output_is_compared_to_the_letter_but_for_three_dots(self):
        self.assertFalse(markdown.differs(["a", "b"], ["a", "b"]))
        self.assertTrue(markdown.differs(["a"], ["a", "b"]))
        self.assertTrue(markdown.differs(["a", "b"], ["a"]))
        self.assertFalse(markdown.differs(["a", "...", "d"], ["a", "b", "c", "d"]))
        self.assertTrue(markdown.differs(["a", "...", "d"], ["a", "b", "c"]))

    def failures(self, text):
        return run_blocks.run_page(self.page(text)).failures

    def test_a_wrong_output_a_wrong_exit_code_and_an_unknown_command_fail(self):
        self.assertEqual(self.failures("```console\n$ echo a\na\n$ false  # exits with 1\n```\n"), [])
        for wrong in ("$ echo a\nb", "$ false", "$ echo a  # exits with 1\na", "$ no-such-command", "$ echo a"):
            self.assertEqual(len(self.failures(f"```console\n{wrong}\n```\n")), 1, wrong)
        self.assertEqual(len(self.failures("```sh\nfalse\ntrue\n```\n")), 1)

    def test_a_console_is_called_one(self):
        self.assertEqual(len(self.failures("```text\n$ echo a\na\n```\n")), 1)

    def test_python_is_run_and_what_it_prints_compared(self):
        code = "```python\na = 3\n```\n\n```python\nprint(a)\n```\n<!-- prints -->\n```text\n{}\n```\n"
        self.assertEqual(self.failures(code.format(3)), [])
        self.assertEqual(len(self.failures(code.format(4))), 1)
        self.assertEqual(len(self.failures("```python\nraise ValueError()\n```\n")), 1)


if __name__ == "__main__":
    unittest.main()
