"""Floor 13: background work. Reads the event log, runs jobs, keeps the schedule; holds no rules."""

from kalip.jobs.backlog import OPEN, Backlog, backlog_in, backlog_of
from kalip.jobs.bell import Bell
from kalip.jobs.crew import Crew
from kalip.jobs.handlers import Background, all_background
from kalip.jobs.redis_queue import RedisQueue, redis_answers
from kalip.jobs.running import Office, free_lost, run_job
from kalip.jobs.schedule import fire_due, next_after
from kalip.jobs.tidying import Keeping, keeping_of
from kalip.jobs.timing import Timing, timing_of
from kalip.jobs.worker import supervise, work

__all__ = [
    "OPEN",
    "Background",
    "Backlog",
    "Bell",
    "Crew",
    "Keeping",
    "Office",
    "RedisQueue",
    "Timing",
    "all_background",
    "backlog_in",
    "backlog_of",
    "fire_due",
    "free_lost",
    "keeping_of",
    "next_after",
    "redis_answers",
    "run_job",
    "supervise",
    "timing_of",
    "work",
]
