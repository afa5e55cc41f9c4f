"""Finds the shipped data folders: knows how Kalip may be installed, not what the folders hold."""

from pathlib import Path
from typing import Literal

import kalip
from kalip.base.errors import ConfigurationError

BundleName = Literal["metadata", "plugins", "static"]


def bundle_path(name: BundleName, package: Path | None = None) -> Path:
    """Return the folder of shipped packs, plugins or static files.

    A wheel carries it inside the package, a checkout at its top level. `package` is the
    installed `kalip` folder unless another one is asked about. Raises ConfigurationError when
    neither place has it.
    """
    package = package or Path(kalip.__file__).parent
    bundled = package / "_bundle" / name
    if bundled.is_dir():
        return bundled
    checkout = package.parent.parent
    if (checkout / "setup.cfg").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise ConfigurationError(
        "The shipped folder '{name}' is neither in {bundled} nor in {checkout}.",
        hint="Install Kalip again: this installation is incomplete.",
        code="K101",
        params={"name": name, "bundled": str(bundled), "checkout": str(checkout)},
    )
