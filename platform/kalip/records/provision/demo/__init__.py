"""Demo data from metadata: generators, and the run that makes records of what they give."""

from kalip.records.provision.demo.making import DemoOptions, DemoResult, make_demo
from kalip.records.provision.demo.world import DemoError

__all__ = ["DemoError", "DemoOptions", "DemoResult", "make_demo"]
