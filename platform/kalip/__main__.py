"""The door of the command line: `kalip`, or `python -m kalip`."""

import gc

# What importing makes is no garbage: a command that neither looks for any nor frees it at its end is done much sooner.
gc.disable()

from kalip.app import main  # noqa: E402 - see above

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
