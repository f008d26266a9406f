"""Who may import whom: the contracts in pyproject.toml, drawn in house.md §2."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)


def test_every_import_contract_is_kept():
    """ingest → web → (channels | triage | store | config) → domain; decisions do no I/O."""
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


def test_a_forbidden_import_is_seen(tmp_path):
    """The contracts are alive: a domain that imports the store breaks them."""
    for package in ("lower", "upper"):
        (tmp_path / package).mkdir()
    (tmp_path / "lower/__init__.py").write_text("import upper\n")
    (tmp_path / "upper/__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_packages = ["lower", "upper"]\n'
        '[[tool.importlinter.contracts]]\nname = "up"\ntype = "layers"\nlayers = ["upper", "lower"]\n'
    )

    result = lint(tmp_path)

    assert result.returncode == 1
    assert "1 broken" in result.stdout
