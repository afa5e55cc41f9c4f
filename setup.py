"""Computes what setup.cfg cannot: where packages lie, and fresh front-end files in a wheel."""

import shutil
import subprocess
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
DATA = ("metadata", "plugins", "static")


class BuildWithVendorFiles(build_py):
    """Build from a clean folder, and fetch static/vendor when a wheel would lack it."""

    def run(self) -> None:
        """Build; a wheel made on top of stale files would package them too."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
            if not (ROOT / "static" / "vendor").is_dir():
                subprocess.run([ROOT / "script" / "vendor"], check=True)
        super().run()


setup(
    package_dir={"": "platform"} | {f"kalip._bundle.{name}": name for name in DATA},
    packages=find_packages("platform") + [f"kalip._bundle.{name}" for name in DATA],
    cmdclass={"build_py": BuildWithVendorFiles},
)
