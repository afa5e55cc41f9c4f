"""What a site starts with: the seeds that come with packs, and demo data."""

from kalip.records.provision.demo import DemoError, DemoOptions, DemoResult, make_demo
from kalip.records.provision.seed import Seed, SeedResult, plant_seeds, read_seeds, seed_id, seed_pack

__all__ = [
    "DemoError",
    "DemoOptions",
    "DemoResult",
    "Seed",
    "SeedResult",
    "make_demo",
    "plant_seeds",
    "read_seeds",
    "seed_id",
    "seed_pack",
]
