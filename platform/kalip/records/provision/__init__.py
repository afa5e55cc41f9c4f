"""What a site starts with: the seeds that come with packs; demo data has a door of its own, `provision.demo`."""

from kalip.records.provision.seed import Seed, SeedResult, plant_seeds, read_seeds, seed_id, seed_pack

__all__ = ["Seed", "SeedResult", "plant_seeds", "read_seeds", "seed_id", "seed_pack"]
